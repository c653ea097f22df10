#!/bin/sh
# Installs Chromium where it is missing and can be: the browser tests need it.
set -eu
[ -n "${CHROMIUM:-}" ] && exit 0
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "Chromium est nécessaire aux tests : sudo apt-get install chromium (ou CHROMIUM=/chemin/vers/chromium)." >&2
	exit 1
fi
apt-get update -q >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-dejavu-core >/dev/null
