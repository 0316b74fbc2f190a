#!/bin/sh
# Runs a libvirtd in namespaces (mounts, processes, network) that the caller made, for machines without one. It does not
# touch the machine's firewall, sysctls or files. When this process ends, the kernel ends its domains, networks and helpers.
# $1 is the state folder. Further words are a command: it runs once libvirtd answers, and everything ends with it:
#
#   unshare --mount --pid --net --fork --kill-child=KILL --mount-proc -- sh libvirt.sh DIR vagrant up debian12
set -eu
state=$1
shift

mkdir -p "$state/images" "$state/lib"
# Sockets, settings and caches of this libvirtd stay private.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/etc/upper /run/etc/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
mkdir -p /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
mount --bind "$state/lib" /var/lib/libvirt
mkdir -p /var/lib/libvirt/images
mount --bind "$state/images" /var/lib/libvirt/images
mount -t tmpfs tmpfs /var/log/libvirt
mount -t tmpfs tmpfs /var/cache/libvirt
# Shows the devices of this network, not the machine's. It also hides the cgroups: a kill would leave a domain's behind.
umount -R -l /sys
mount -t sysfs sysfs /sys

# libvirtd turns on forwarding, but only in its own network.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net
ip link set lo up

# The package of the system daemon would create this user, but is not needed here.
id libvirt-qemu >/dev/null 2>&1 || echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
getent group libvirt-qemu >/dev/null || echo 'libvirt-qemu:x:64055:' >>/etc/group
mkdir -p /etc/libvirt
# No other users, daemons (polkit, virtlogd) or labels are needed, because the namespaces isolate it.
cat >/etc/libvirt/libvirtd.conf <<'CONF'
auth_unix_ro = "none"
auth_unix_rw = "none"
CONF
cat >/etc/libvirt/qemu.conf <<'CONF'
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
stdio_handler = "file"
namespaces = []
CONF

libvirtd >"$state/libvirtd.log" 2>&1 &
libvirtd=$!
for _ in $(seq 300); do
    [ ! -S /run/libvirt/libvirt-sock ] || ! virsh -q -c qemu:///system version >/dev/null 2>&1 || break
    kill -0 $libvirtd
    sleep 0.1
done
: >"$state/up"
if [ $# -gt 0 ]; then "$@"; else wait $libvirtd; fi
