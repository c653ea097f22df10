#!/bin/sh
# Installs what the tests need where it is missing and can be: Chromium for the
# browser tests, the mail server Exim for those of outgoing mail, the mailbox
# server Dovecot for those of incoming mail, LibreOffice for the files that a
# spreadsheet opens.
set -eu
wanted=""
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1 || wanted="chromium fonts-dejavu-core"
[ -n "${EXIM:-}" ] || [ -x /usr/sbin/exim4 ] || wanted="$wanted exim4-daemon-light"
[ -n "${DOVECOT:-}" ] || [ -x /usr/sbin/dovecot ] || wanted="$wanted dovecot-imapd"
command -v soffice >/dev/null 2>&1 || wanted="$wanted libreoffice-calc-nogui"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "Les tests ont besoin de Chromium, d’Exim, de Dovecot et de LibreOffice : sudo apt-get install$(printf ' %s' $wanted) (ou CHROMIUM=/chemin/vers/chromium, EXIM=/chemin/vers/exim4, DOVECOT=/chemin/vers/dovecot)." >&2
	exit 1
fi
# The tests start the servers that they use: installing one must not start it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
apt-get update -q >/dev/null
# --no-remove: a machine that has another mail server keeps it, and we stop.
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends --no-remove $wanted >/dev/null
