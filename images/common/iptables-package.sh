#!/bin/sh
# Packs the nft program of iptables, as the suite's package has it, into /build/product: with its libraries, extensions
# and loader, so that it runs on every host image. Runs inside a root with that package, of the version in $1.
set -eu

has=$(dpkg-query -W -f '${Version}' iptables)
[ "$has" = "$1" ] || { echo "the suite has iptables $has by now, not $1" >&2; exit 1; }
program=/usr/sbin/xtables-nft-multi
mkdir -p /build/tree/lib
cp "$program" /build/tree/program
cp -r /usr/lib/*/xtables /build/tree/xtables
# Extensions may need libraries that the program does not.
ldd "$program" /build/tree/xtables/*.so | sed -n 's/^.*=> \(\/[^ ]*\) (.*/\1/p' | sort -u | xargs -r cp -L -t /build/tree/lib
cp -L /lib64/ld-linux-x86-64.so.2 /build/tree/loader
XTABLES_LIBDIR=/build/tree/xtables /build/tree/loader --library-path /build/tree/lib /build/tree/program iptables --version |
    grep -qxF "iptables v${1%%-*} (nf_tables)"
tar -C /build/tree -cf /build/product .
