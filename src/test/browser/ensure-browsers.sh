#!/bin/sh
# Makes sure that the browser tests have a Chromium, a Firefox and their Node packages.
# Uses what is installed; as root on Debian installs what is missing; otherwise says in one line what to install.
set -eu
cd "$(dirname "$0")"

have() {
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

missing=""
if [ -z "${PLENUM_CHROMIUM:-}" ]; then
  have chromium chromium-browser google-chrome google-chrome-stable || missing="$missing chromium"
fi
if [ -z "${PLENUM_FIREFOX:-}" ]; then
  have firefox-esr firefox || missing="$missing firefox-esr"
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && have apt-get; then
    echo "Installing for the browser tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # The lists of a machine that was installed some time ago name browsers of then, and those are what users no longer have.
    apt-get update -q >/dev/null 2>&1 || echo "apt-get update failed; going on with the package lists that are there" >&2
    # shellcheck disable=SC2086
    apt-get install -y --no-install-recommends $missing >/dev/null
  else
    echo "The browser tests need:$missing (Debian: sudo apt-get install$missing), or set PLENUM_CHROMIUM and PLENUM_FIREFOX" >&2
    exit 1
  fi
fi

if ! have node; then
  echo "The browser tests need Node.js 18 or newer with npm (Debian: sudo apt-get install nodejs npm)" >&2
  exit 1
fi
exec node ../../main/web/install-if-stale.mjs .
