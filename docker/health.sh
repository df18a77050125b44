#!/bin/bash
# Says whether the node in this container is ready. bash can speak TCP by itself, so the image needs no curl.
# Port and folder come from the environment, as the node's own do. bash cannot speak TLS: then it must listen, and have written the
# file "ready" into its folder, which it does when it is ready and takes away when it starts.
port=${PLENUM_HTTP_PORT:-4443}
exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
if [ "${PLENUM_HTTP_TLS_MODE:-off}" != off ]; then
  [ -f "${PLENUM_DATA_DIR:-./data}/ready" ] && exit 0
  echo "not ready"
  exit 1
fi
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 3 status <&3
case $status in
  "HTTP/1.1 200"*) exit 0 ;;
  *) echo "not ready: $status"; exit 1 ;;
esac
