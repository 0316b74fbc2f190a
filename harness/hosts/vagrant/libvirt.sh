#!/bin/sh
# A libvirtd in namespaces of its own, for machines where none runs: mounts, processes and network are made by the
# caller, so the machine's firewall, sysctls and files never see it, and when this process goes, the kernel takes
# domains, networks and helpers with it. $1 is the state folder. With further words, those are run as a command once
# libvirtd answers, and all ends with it:
#
#   unshare --mount --pid --net --fork --kill-child=KILL --mount-proc -- sh libvirt.sh DIR vagrant up debian12
set -eu
state=$1
shift

mkdir -p "$state/images" "$state/lib"
# Sockets, settings and caches of this libvirtd reach nobody else.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/etc/upper /run/etc/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
mkdir -p /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
mount --bind "$state/lib" /var/lib/libvirt
mkdir -p /var/lib/libvirt/images
mount --bind "$state/images" /var/lib/libvirt/images
mount -t tmpfs tmpfs /var/log/libvirt
mount -t tmpfs tmpfs /var/cache/libvirt
# The devices of this network, not the machine's. With it the cgroups are out of sight: one of a domain's would be left
# behind if this were killed.
umount -R -l /sys
mount -t sysfs sysfs /sys

# libvirtd turns on forwarding: that of its own network only.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net
ip link set lo up

# The user that libvirtd is built for comes with the package of the machine's own daemon, which is not needed here.
id libvirt-qemu >/dev/null 2>&1 || echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
getent group libvirt-qemu >/dev/null || echo 'libvirt-qemu:x:64055:' >>/etc/group
mkdir -p /etc/libvirt
# No other users, no other daemons (polkit, virtlogd), no labels: the namespaces are the border here.
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
