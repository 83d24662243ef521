#!/usr/bin/env bash
# Fetches the data sets of the accuracy studies from Debian's packages, as CSV in target/quality/data.
# Needs Debian 12 or later, or a system that has its packages, and R (apt-get install r-base-core).
# The packages are unpacked and not installed, so this needs no root.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="$here/../../target/quality/data"

if ! command -v Rscript >/dev/null; then
  echo "fetch.sh: there is no Rscript here, which converts the data: apt-get install r-base-core" >&2
  exit 1
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download r-cran-mlbench python3-sklearn weka)
for package in "$work"/*.deb; do
  dpkg -x "$package" "$work"
done
mkdir -p "$target"
Rscript --vanilla "$here/convert.R" "$work" "$target"
# Other releases of the packages may bring other rows; then the studies' numbers are not theirs.
(cd "$target" && sha256sum --check "$here/SHA256SUMS")
