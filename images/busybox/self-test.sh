#!/bin/sh
# Proves the probe tools by use, inside the probe image's own root and an empty network namespace.
set -eu

# No device can be made here without root; a plain file is enough to read nothing from.
[ -e /dev/null ] || : >/dev/null

ifconfig lo 127.0.0.1 up
mkdir -p /tmp/www
echo probe-ok >/tmp/www/index.html

httpd -f -p 127.0.0.1:80 -h /tmp/www &
httpd=$!
trap 'kill $httpd 2>/dev/null' EXIT
sleep 1

fail() {
    echo "the probe tool $1 does not work: $2" >&2
    exit 1
}

seen=$(timeout 10 wget -q -O - http://127.0.0.1/index.html) || fail wget "exit $?"
[ "$seen" = probe-ok ] || fail wget "$seen"
seen=$(printf 'GET /index.html HTTP/1.0\r\n\r\n' | timeout 10 nc -w 5 127.0.0.1 80) || fail nc "exit $?"
case $seen in *probe-ok*) ;; *) fail nc "$seen" ;; esac
# No name server can be made of busybox: here nslookup has to fail in its own words, and first-boot.sh gives it one.
seen=$(timeout 30 nslookup probe.test 127.0.0.1 2>&1) && fail nslookup "$seen"
case $seen in *'no servers could be reached'*) ;; *) fail nslookup "$seen" ;; esac
timeout 10 ping -c 1 -W 5 127.0.0.1 >/dev/null || fail ping "exit $?"
for applet in sh sleep timeout cat ip nc wget ping nslookup httpd; do
    command -v "$applet" >/dev/null || fail "$applet" 'no such applet'
done
