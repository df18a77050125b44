#!/bin/sh
# The load bench: builds the node and measures it. What it is given goes to the bench; without anything, the whole table
# of docs/PERFORMANCE.md (about half an hour on a machine that does nothing else).
#
#   docs/bench.sh                                     all of it
#   docs/bench.sh --scenarios=1x50 --rounds=9         one scenario, longer
#   docs/bench.sh --help
#
# BENCH_JDK=/path/to/jdk measures on that JDK; MVN_ARGS go to Maven (-o, -Dplenum.skipPage=true).
set -eu
cd "$(dirname "$0")/.."
args=$*
[ -n "$args" ] || args='--scenarios=table --limit=1x100'
[ -z "${BENCH_JDK:-}" ] || args="$args --java=$BENCH_JDK"
# shellcheck disable=SC2086
exec mvn -q -Pbench ${MVN_ARGS:-} verify "-Dbench.args=$args"
