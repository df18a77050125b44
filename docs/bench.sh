#!/bin/sh
# The benches: builds the node and measures it. What they are given goes to them; without anything, the whole table of
# docs/PERFORMANCE.md (somewhat more than an hour on a machine that does nothing else).
#
#   docs/bench.sh                                     all of it
#   docs/bench.sh --scenarios=1x50 --rounds=9         one scenario, longer; see --help
#   docs/bench.sh --memory=500                        what a peer and a consumer take in memory, and what remains
#   docs/bench.sh --joins=300                         what a join costs, and how long it takes to the first packet
#   docs/bench.sh jmh                                 the parts of the packet path, by JMH
#   docs/bench.sh jmh SrtpBenchmark -prof gc          some of them, with what they allocate; see jmh -h
#
# BENCH_JDK=/path/to/jdk measures a node on that JDK; MVN_ARGS go to Maven (-o, -Dplenum.skipPage=true).
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = jmh ]; then
  shift
  # shellcheck disable=SC2086
  exec mvn -q -Pbench ${MVN_ARGS:-} verify -Dbench.main=org.openjdk.jmh.Main "-Dbench.args=$*"
fi
args=$*
[ -n "$args" ] || args='--scenarios=table --warm-up=60 --limit=1x100 --memory=500 --joins=300'
[ -z "${BENCH_JDK:-}" ] || args="$args --java=$BENCH_JDK"
# shellcheck disable=SC2086
exec mvn -q -Pbench ${MVN_ARGS:-} verify "-Dbench.args=$args"
