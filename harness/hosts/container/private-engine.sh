#!/bin/sh
# Runs a dockerd in namespaces (mounts, processes, network) that the caller made. When this process ends, the kernel ends
# everything in them. $1 state folder, $2 name of the socket in it, $3 cgroup. With $4 it uses the machine's network for
# downloads, and does not change it.
set -eu

# Files that dockerd and containerd write outside the state folder (sockets, keys) stay off the machine.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/etc/upper /run/etc/work /run/engine
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
mount --bind "$1" /run/engine

# dockerd raises limits of the whole kernel (kernel.keys.*); only the sysctls of its own network are its business.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
if [ -z "${4:-}" ]; then
    mount --bind /proc/sys/net /proc/sys/net
    mount -o remount,bind,rw /proc/sys/net
fi

# This process holds the lock, so these sockets belong to engines that have ended.
rm -f /run/engine/*.sock
echo '{}' >/run/daemon.json
# Hosts get no network from this engine, so bridge, firewall and forwarding stay off.
exec dockerd --config-file /run/daemon.json --data-root /run/engine/data --exec-root /run/docker \
    --pidfile /run/dockerd.pid --host "unix:///run/engine/$2" --bridge none --iptables=false --ip6tables=false \
    --ip-forward=false --ip-masq=false --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$3"
