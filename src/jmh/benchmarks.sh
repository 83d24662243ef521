#!/usr/bin/env bash
# Measures Stacking4j against PyTorch, Deep Java Library (DJL) and DL4J's own fit, on this machine.
#
#   src/jmh/benchmarks.sh [SECTION...]     all sections if none is named; on an otherwise idle machine
#
#   base      one base network, one thread, all four in rotation
#   recipe    three base networks and the in-sample meta network, whole processes: the same work
#             everywhere, and our command, which also judges each member and writes files and a report
#   demo      the same for the whole demo, PyTorch in one process and in two side by side
#   parallel  two fits side by side against one
#   rows      one base network on 5000 to 60000 rows
#   jmh       an epoch, logits, the CSV: the JMH benchmarks
#   report    the tables and the picture again, from what was measured before
#
# Leaves results.jsonl (every measurement), machine.txt, report.md and benchmarks.png in
# target/benchmarks; a section measured again replaces what it measured before.
# The picture of docs/benchmarks.md: cp target/benchmarks/benchmarks.png docs/
# ROUNDS (5), SLOW_ROUNDS (2, for what takes minutes), ROWS (20000) and EPOCHS (10) can be set.
#
# Needs Linux on x86-64, JDK 17, Maven, and Debian's python3-torch with libopenblas0-pthread.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ROUNDS=${ROUNDS:-5} SLOW_ROUNDS=${SLOW_ROUNDS:-2} ROWS=${ROWS:-20000} EPOCHS=${EPOCHS:-10}
PYTHON=${PYTHON:-/usr/bin/python3}
out=target/benchmarks
mkdir -p "$out"

# Each OpenBLAS is to choose its kernels for this processor, whatever the environment says.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS OMP_NUM_THREADS
# glibc gives large blocks back to the kernel and takes them anew in every step; keeping them makes
# both PyTorch and DJL faster. Stacking4j runs without.
keep_memory=(env MALLOC_TRIM_THRESHOLD_=536870912 MALLOC_MMAP_THRESHOLD_=536870912)

java=(java -Dorg.slf4j.simpleLogger.defaultLogLevel=error)
mvn -B -q -Pjmh,djl test-compile dependency:build-classpath \
  -DincludeScope=test -Dmdep.outputFile="$out/classpath"
libraries=$(< "$out/classpath")
# What is measured has its own libraries alone, as a user starts it.
mvn -B -q dependency:build-classpath -DincludeScope=runtime -Dmdep.outputFile="$out/classpath.own"
own_libraries=$(< "$out/classpath.own")
base() { "${java[@]}" -cp "target/test-classes:target/classes:$own_libraries" "org.stacking4j.benchmark.$@"; }
stacking4j() {
  "${java[@]}" -cp "target/classes:$own_libraries" org.stacking4j.cli.Main demo \
    --train "$ROWS" --epochs "$EPOCHS" --out "$out/demo" "$@" > "$out/demo.txt"
  awk -F, '$1 == "stack out-of-fold" || ($1 == "stack in-sample" && !a) { a = $2 }
    END { print "{\"accuracy\":" a "}" }' "$out/demo/leaderboard.csv"
}
djl() { "${keep_memory[@]}" "${java[@]}" -cp "target/test-classes:target/classes:$libraries" \
  org.stacking4j.benchmark.DjlBaseFit "$@"; }
as_shipped() { "$PYTHON" src/jmh/python/recipe_pytorch.py "$@" --epochs "$EPOCHS"; }
pytorch() { "${keep_memory[@]}" "$PYTHON" src/jmh/python/recipe_pytorch.py "$@" --epochs "$EPOCHS"; }
side_by_side() { "$@" & "$@"; wait; }

# begin SECTION: forgets what it measured before.
begin() {
  echo "== $1" >&2
  section=$1
  touch "$out/results.jsonl"
  sed -i "/^{\"section\":\"$section\",/d" "$out/results.jsonl"
}

# fits LABEL COMMAND...: each line of JSON that the command prints is a measurement.
fits() {
  local label=$1
  shift
  "$@" | sed "s/^{/{\"section\":\"$section\",\"label\":\"$label\",/" | tee -a "$out/results.jsonl"
}

# whole LABEL COMMAND...: the wall time of the whole process is the measurement.
whole() {
  local label=$1 start=$EPOCHREALTIME line
  shift
  line=$("$@")
  awk -v from="$start" -v to="$EPOCHREALTIME" -v line="${line#\{}" \
    -v label="{\"section\":\"$section\",\"label\":\"$label\"" \
    'BEGIN { printf "%s,\"wall\":%.2f,%s\n", label, to - from, line }' | tee -a "$out/results.jsonl"
}

measure_base() {
  begin base
  for ((round = 1; round <= ROUNDS; round++)); do
    fits Stacking4j base BaseFit fused 2 "$ROWS" "$EPOCHS"
    fits PyTorch pytorch base --repeats 2 --rows "$ROWS"
    fits DJL djl 2 "$ROWS" "$EPOCHS"
    if ((round <= SLOW_ROUNDS)); then
      fits "DL4J's fit" base BaseFit dl4j 1 "$ROWS" "$EPOCHS"
      fits "PyTorch, 2 threads" pytorch base --repeats 2 --rows "$ROWS" --threads 2
    fi
  done
}

measure_recipe() {
  begin recipe
  for ((round = 1; round <= ROUNDS; round++)); do
    whole Stacking4j base SameWork recipe "$ROWS" "$EPOCHS"
    whole "Stacking4j, the command" stacking4j --strategy in-sample
    whole "PyTorch, DataLoader, its own threads" as_shipped recipe --batches loader --threads 0 --rows "$ROWS"
    whole "PyTorch, rows by index, 1 thread" pytorch recipe --rows "$ROWS"
  done
}

measure_demo() {
  begin demo
  for ((round = 1; round <= SLOW_ROUNDS; round++)); do
    whole Stacking4j base SameWork demo "$ROWS" "$EPOCHS"
    whole "Stacking4j, the command" stacking4j
    whole "PyTorch, 1 thread" pytorch demo --rows "$ROWS"
    whole "PyTorch, 2 processes of 1 thread" pytorch demo --rows "$ROWS" --processes 2
  done
}

measure_parallel() {
  begin parallel
  for ((round = 1; round <= SLOW_ROUNDS; round++)); do
    for threads in 1 2; do
      fits "Stacking4j, $threads" base BaseFit fused 3 "$ROWS" "$EPOCHS" $threads
    done
    fits "PyTorch, 1" pytorch base --repeats 3 --rows "$ROWS"
    fits "PyTorch, 2" side_by_side pytorch base --repeats 3 --rows "$ROWS"
  done
}

measure_rows() {
  begin rows
  for ((round = 1; round <= SLOW_ROUNDS; round++)); do
    for rows in 5000 10000 20000 40000 60000; do
      fits "Stacking4j, $rows" base BaseFit fused 2 $rows "$EPOCHS"
      fits "PyTorch, $rows" pytorch base --repeats 2 --rows $rows
    done
  done
}

measure_jmh() {
  echo "== jmh" >&2
  "${java[@]}" -cp "target/test-classes:target/classes:$libraries" org.openjdk.jmh.Main \
    -rf text -rff "$out/jmh.txt" ${JMH:-}
}

machine() {
  echo "- $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)," \
    "$(sed -n 's/^cpu family\s*: /family /p' /proc/cpuinfo | head -1)," \
    "$(nproc) processors, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
  echo "- JDK $("${java[@]}" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.vm.version = //p')," \
    "Stacking4j $(git rev-parse --short HEAD) on" \
    "OpenBLAS $(OPENBLAS_VERBOSE=2 base BaseFit dl4j 1 128 1 2>&1 | sed -n 's/^Core: //p' | head -1)"
  echo "- PyTorch $(pytorch base --rows 128 | sed -E 's/.*"torch": "([^"]*)", "blas": "([^"]*)".*/\1 on \2/')," \
    "DJL 0.36.0 with PyTorch 2.7.1 on MKL"
}

measure_report() { :; } # made every time

if (($# == 0)); then set -- base recipe demo parallel rows jmh; fi
if [[ $* != report ]]; then machine > "$out/machine.txt"; fi
for name in "$@"; do "measure_$name"; done
"${java[@]}" -cp "target/test-classes:$libraries" org.stacking4j.benchmark.Report "$out"
