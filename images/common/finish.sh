#!/bin/sh
# The last hook of every build: nothing of the building machine stays in the image, neither its name, its resolver nor
# its package sources and apt settings. Runs inside the new root.
set -eu

echo "$DOCKFAULT_IMAGE" >/etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$DOCKFAULT_IMAGE" >/etc/hosts
: >/etc/resolv.conf

rm -f /etc/apt/sources.list /etc/apt/apt.conf.d/99mmdebstrap
find /etc/apt/sources.list.d -type f ! -name 'dockfault.*' -delete
apt-get clean
rm -rf /var/lib/apt/lists/*
# The image's own packages, where it has some: the lists are read now, not inside a slow machine.
[ ! -e /etc/apt/sources.list.d/dockfault.list ] || apt-get update -o APT::Sandbox::User=root

rm -rf /var/lib/dbus/machine-id /var/log/*.log /var/log/apt/* /var/cache/debconf/*-old
: >/etc/machine-id
