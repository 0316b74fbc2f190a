#!/bin/sh
# Builds the nft program of iptables out of /build/source.tar.xz into /build/product. Runs inside the building root.
# All in one file, libraries and extensions too: it must run on every host image, whatever their C library is.
set -eu

mkdir /build/tree
cd /build/tree
# tar finds out how it is packed, whatever its name.
tar -xf ../source.tar.xz --strip-components=1
version=$(./configure --version | sed -n '1s/.* //p')
./configure --prefix=/usr --sysconfdir=/etc --enable-static --disable-shared --disable-connlabel
# libtool takes -static for its own libraries alone; -all-static is for those of the system as well.
make -s -j"$(nproc)" LDFLAGS=-all-static
strip -o /build/product iptables/xtables-nft-multi
/build/product iptables --version | grep -qxF "iptables v$version (nf_tables)"
