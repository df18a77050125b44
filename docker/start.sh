#!/bin/sh
# Starts Plenum with the JVM flags that suit the JDK that is here; what it is given goes to Plenum.
#
#   docker/start.sh --nodes=2
#
# JAVA_HOME says which JDK (else the java of the PATH), JAVA_OPTS gives flags that go after ours and so beat them, JAR says
# where the jar is. (None is called PLENUM_…: the node takes each of those for a key.)
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
jar=${JAR:-$here/plenum.jar}
[ -f "$jar" ] || jar=$here/../target/plenum.jar
if [ ! -f "$jar" ]; then
  echo "start.sh: no plenum.jar beside this script or in target: mvn -DskipTests package builds it" >&2
  exit 2
fi

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
if ! version=$("$java" -version 2>&1); then
  echo "start.sh: cannot run $java" >&2
  exit 2
fi
# The first line reads: openjdk version "25.0.2" 2026-01-20 LTS
major=$(printf '%s\n' "$version" | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
case $major in
  ''|*[!0-9]*) echo "start.sh: cannot read the version of $java" >&2; exit 2 ;;
esac
if [ "$major" -lt 17 ]; then
  echo "start.sh: Plenum needs a JDK of 17 or newer; $java is $major" >&2
  exit 2
fi

# ZGC: a pause holds up everybody's media, and ZGC's are below a millisecond. Generational since 21, by itself since 23.
# 40 %: Netty's direct memory may grow as large as the heap (its default), and a fifth is left for code, threads and classes,
# so that a container's limit is not reached.
flags='-XX:+UseZGC -XX:+ExitOnOutOfMemoryError -XX:MaxRAMPercentage=40'
if [ "$major" -ge 21 ] && [ "$major" -lt 23 ]; then
  flags="$flags -XX:+ZGenerational"
fi
# Netty's epoll is native code; newer JDKs want to be told.
if [ "$major" -ge 22 ]; then
  flags="$flags --enable-native-access=ALL-UNNAMED"
fi
# Netty and Hazelcast reach memory in the old way; the flag came with 23.
if [ "$major" -ge 23 ]; then
  flags="$flags --sun-misc-unsafe-memory-access=allow"
fi
# What Hazelcast asks for at its start.
flags="$flags --add-modules=java.se
  --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.management/sun.management=ALL-UNNAMED
  --add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED"

# exec: signals reach the JVM, which says goodbye to its clients. The flags are words, so they are split on purpose.
# shellcheck disable=SC2086
exec "$java" $flags ${JAVA_OPTS:-} -jar "$jar" "$@"
