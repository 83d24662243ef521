#!/usr/bin/env bash
# A standalone Spark cluster on the loopback address, to try it out on one machine: a master and workers of one
# core each, all real processes.
#
#   src/spark/cluster.sh run 2 fit --data csv:conf/wine.csv --out out     start, submit, stop
#   src/spark/cluster.sh start 2                                          a master and two workers
#   src/spark/cluster.sh submit fit --data csv:conf/wine.csv --out out    the commands of Stacking4j, on Spark
#   src/spark/cluster.sh stop
#
# Needs target/stacking4j.jar and target/lib (mvn -DskipTests package). target/spark becomes SPARK_HOME: its jars
# come from Maven Central, some 220 MB, once. PORT is the master's (7077); CORES and MEMORY are each worker's (1, 2g).
# Where there is taskset, worker and executor are held to so many processors, as if they had a machine of their own.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=$PWD/target/spark
export SPARK_HOME=$home SPARK_LOCAL_IP=127.0.0.1 SPARK_SCALA_VERSION=2.12 SPARK_CONF_DIR=$home/conf
port=${PORT:-7077}
master=spark://127.0.0.1:$port
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

prepare() {
  mkdir -p "$home/conf" "$home/log" "$home/work" "$home/pid"
  cp src/spark/log4j2.properties "$home/conf"
  if [ ! -f "$home/complete" ]; then
    mvn ${MAVEN_ARGS:-} -B -ntp -q -f src/spark/pom.xml \
      org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory="$home/jars"
    touch "$home/complete"
  fi
}

# Java as Spark's own scripts start it.
spark() {
  # shellcheck disable=SC2046
  exec ${HELD:-} "$java" $(opens) -cp "$home/conf:$home/jars/*" "$@"
}

opens() {
  echo -XX:+IgnoreUnrecognizedVMOptions
  for part in lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic; do
    echo "--add-opens=java.base/java.$part=ALL-UNNAMED"
  done
  for part in jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
    echo "--add-opens=java.base/$part=ALL-UNNAMED"
  done
  echo -Djdk.reflect.useDirectMethodHandle=false
}

# begin NAME CLASS ARGUMENTS...: master or worker, which have little to do and no need of much compiling.
begin() {
  local name=$1
  shift
  (spark -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@") >"$home/log/$name" 2>&1 &
  echo $! >"$home/pid/$name"
}

start() {
  prepare
  if ls "$home"/pid/* >/dev/null 2>&1; then
    echo "there is a cluster already; stop it by: $0 stop" >&2
    exit 1
  fi
  begin master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
  # A worker that does not find its master tries again after 5 to 15 seconds.
  until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    if ! kill -0 "$(cat "$home/pid/master")" 2>/dev/null; then
      cat "$home/log/master" >&2
      exit 1
    fi
    sleep 0.1
  done
  for ((i = 1; i <= $1; i++)); do
    HELD=$(held "$i") begin "worker-$i" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 \
      --cores "${CORES:-1}" --memory "${MEMORY:-2g}" --work-dir "$home/work" "$master"
  done
}

# held WORKER: what holds it, and the executor it starts, to the processors after those of the workers before it.
held() {
  local part processors=() own=() i cores=${CORES:-1}
  if command -v taskset >/dev/null; then
    for part in $(taskset -cp $$ | sed 's/.*: //; s/,/ /g'); do
      # shellcheck disable=SC2207
      processors+=($(seq "${part%-*}" "${part#*-}"))
    done
    for ((i = ($1 - 1) * cores; i < $1 * cores; i++)); do
      own+=("${processors[i % ${#processors[@]}]}")
    done
    echo "taskset -c $(IFS=,; echo "${own[*]}")"
  fi
}

stop() {
  local file pid i
  for file in "$home"/pid/*; do
    if [ -f "$file" ]; then
      pid=$(cat "$file")
      kill "$pid" 2>/dev/null || true
      # The next master needs its port.
      for ((i = 0; i < 100; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
      done
      kill -9 "$pid" 2>/dev/null || true
      rm "$file"
    fi
  done
  rm -f "$home/work"/*/*/*.jar # each executor had its own; what it said stays
}

# Each executor has one worker's cores and a heap of 1 GB; the jars go to each of them once.
submit() {
  local jars
  case $1 in
    demo | fit | audit) set -- "$@" --executor spark ;;
  esac
  jars=$(ls "$PWD"/target/lib/*.jar | sed s/^/local:/ | paste -sd, -)
  (spark -Xmx2g org.apache.spark.deploy.SparkSubmit --master "$master" --deploy-mode client \
    --class org.stacking4j.cli.Main --jars "$jars" --driver-memory 2g --executor-memory 1g \
    --conf spark.driver.userClassPathFirst=true \
    ${SUBMIT:-} target/stacking4j.jar "$@")
}

case ${1:-} in
  run)
    trap stop EXIT
    start "$2"
    submit "${@:3}"
    ;;
  start) start "$2" ;;
  submit) submit "${@:2}" ;;
  stop) stop ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
