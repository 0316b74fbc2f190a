#!/bin/sh
# Proves the probe tools by use, inside the probe image's own root and an empty network namespace.
set -eu

# No device can be made here without root; a plain file is enough to read nothing from.
[ -e /dev/null ] || : >/dev/null

ifconfig lo 127.0.0.1 up
mkdir -p /tmp/www
echo probe-ok >/tmp/www/index.html
echo 'probe.test 203.0.113.10' >/tmp/names

httpd -f -p 127.0.0.1:80 -h /tmp/www &
httpd=$!
dnsd -c /tmp/names -i 127.0.0.1 &
dnsd=$!
trap 'kill $httpd $dnsd 2>/dev/null' EXIT
sleep 1

fail() {
    echo "the probe tool $1 does not work: $2" >&2
    exit 1
}

seen=$(timeout 10 wget -q -O - http://127.0.0.1/index.html) || fail wget "exit $?"
[ "$seen" = probe-ok ] || fail wget "$seen"
seen=$(printf 'GET /index.html HTTP/1.0\r\n\r\n' | timeout 10 nc -w 5 127.0.0.1 80) || fail nc "exit $?"
case $seen in *probe-ok*) ;; *) fail nc "$seen" ;; esac
seen=$(timeout 10 nslookup probe.test 127.0.0.1 2>&1) || fail nslookup "exit $?: $seen"
case $seen in *203.0.113.10*) ;; *) fail nslookup "$seen" ;; esac
timeout 10 ping -c 1 -W 5 127.0.0.1 >/dev/null || fail ping "exit $?"
for applet in sh sleep timeout cat ip nc wget ping nslookup httpd; do
    command -v "$applet" >/dev/null || fail "$applet" 'no such applet'
done
