#!/usr/bin/env bash
# An accuracy study: the demo with several seeds, and one table.
#
#   quality/study.sh NAME FIRST LAST [DEMO OPTIONS...]
#
#   quality/study.sh mnist-20k 1 10                        -> quality/mnist-20k.md
#   quality/study.sh mnist-full 1 3 --train 0 --test 0
#   quality/study.sh letter 1 5 --config quality/table.yaml --data csv:target/quality/data/letter.csv
#
# Leaves the runs in target/quality/NAME and prints the table, with its command and commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=$1 first=$2 last=$3
shift 3
[[ -f target/stacking4j.jar ]] || mvn -q -DskipTests package
rm -rf "target/quality/$name"
for ((seed = first; seed <= last; seed++)); do
  java -XX:+UseSerialGC -jar target/stacking4j.jar demo "$@" --seed "$seed" \
    --out "target/quality/$name/seed-$seed" > /dev/null 2>&1
done
echo '```'
echo "quality/study.sh $name $first $last $*"
echo '```'
echo
echo "Commit $(git rev-parse --short HEAD)."
echo
java -cp target/stacking4j.jar quality/Table.java "target/quality/$name"
