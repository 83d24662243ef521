#!/usr/bin/env bash
# Runs the same experiment in this process, on two workers, on two of which one is killed, on two whose driver is
# killed, and on one, and compares the files and the times:
#
#   src/spark/check.sh OUT [demo --train 6000 --test 1000]
#
# Times mean something on a quiet machine with two cores or more; every part says how long its fits took. PAIRS (1)
# is how often two workers are held against one.
set -euo pipefail
out=$(realpath -m "$1")
shift
cd "$(dirname "$0")/../.."
if [ $# = 0 ]; then
  set -- demo --train 6000 --test 1000
fi
cluster=src/spark/cluster.sh
trap '$cluster stop' EXIT
mkdir -p "$out"

# What the fits of members took, by the wall.
members() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["timing"]["station_seconds"]["members"])' \
    "$out/$1/results.json"
}

# on WORKERS NAME COMMAND...: waits for the workers, so that none begins late.
on() {
  local workers=$1 name=$2
  shift 2
  $cluster start "$workers"
  SUBMIT="--conf spark.scheduler.minRegisteredResourcesRatio=1 --conf spark.scheduler.maxRegisteredResourcesWaitingTime=60s \
    --conf spark.cores.max=$workers --conf spark.executor.cores=1" \
    $cluster submit "$@" --out "$out/$name" >"$out/$name.log" 2>&1
  $cluster stop
  echo "$name: members took $(members "$name") s"
}

echo "== in this process"
java -jar target/stacking4j.jar "$@" --threads 1 --out "$out/here" >"$out/here.log" 2>&1
echo "here: members took $(members here) s"

echo "== on two workers"
on 2 two "$@"
src/spark/same.py "$out/here" "$out/two"

echo "== on two workers, one of which is killed when fits of folds are done"
rm -rf "$out/killed"
done_folds() {
  ls "$out"/killed/checkpoints/member-*-fold-*.fit 2>/dev/null | wc -l
}
(
  until [ "$(done_folds)" -ge 3 ]; do sleep 0.1; done
  kill -9 "$(cat target/spark/pid/worker-1)"
  echo "killed worker-1 after $(done_folds) fits of folds"
) &
on 2 killed "$@"
src/spark/same.py "$out/here" "$out/killed"
grep -E "was lost|is made again" "$out/killed.log" || true
echo "fits made again: $(grep -c "is made again" "$out/killed.log" || true)"

echo "== on two workers, with the driver killed and the run resumed"
rm -rf "$out/resumed"
$cluster start 2
$cluster submit "$@" --out "$out/resumed" >"$out/resumed.log" 2>&1 &
until ls "$out"/resumed/checkpoints/member-*-fold-*.fit >/dev/null 2>&1; do sleep 0.1; done
kill -9 "$(sed -n 's/^process \([0-9]*\),.*/\1/p' "$out/resumed/checkpoints/lock")"
wait $! || true
$cluster submit "$@" --out "$out/resumed" --resume >"$out/resumed.log" 2>&1
$cluster stop
grep "taken up" "$out/resumed.log"
src/spark/same.py "$out/here" "$out/resumed"

echo "== on one worker"
on 1 one "$@"
src/spark/same.py "$out/here" "$out/one"
faster() {
  python3 -c 'import sys; print(f"two workers are {float(sys.argv[1]) / float(sys.argv[2]):.2f} times as fast as one")' \
    "$(members "one$1")" "$(members "two$1")"
}
faster ""
for ((i = 2; i <= ${PAIRS:-1}; i++)); do
  on 2 "two-$i" "$@"
  on 1 "one-$i" "$@"
  faster "-$i"
done
