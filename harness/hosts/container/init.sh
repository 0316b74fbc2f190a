# The first process of a container host, as the argument of `sh -c`. It turns an ordinary container into what systemd
# expects. A minimal Debian may lack mount(8).
with=
command -v mount >/dev/null || with=busybox
# Docker mounts these files, so they could be written but not replaced, as on a real host.
$with umount /etc/resolv.conf
$with umount /etc/hosts
$with umount /etc/hostname
# A new network namespace inherits this machine's ip_forward, which decides what dockerd does to FORWARD. Debian's default
# is off.
echo 0 >/proc/sys/net/ipv4/ip_forward
# The host gets its own writable cgroup2 tree, whether the machine uses version 1, hybrid or 2.
$with umount -l /sys/fs/cgroup
$with mount -t cgroup2 cgroup2 /sys/fs/cgroup
if [ ! -e /sys/fs/cgroup/cgroup.events ]; then
    # Only the root of a tree lacks this file. So the machine does not use version 2, and Docker made no cgroup in it.
    mkdir -p "/sys/fs/cgroup/$DOCKFAULT_HOST"
    echo $$ >"/sys/fs/cgroup/$DOCKFAULT_HOST/cgroup.procs"
    $with umount /sys/fs/cgroup
    exec unshare --cgroup sh -c '$0 mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /sbin/init "$@"' "$with" "$@"
fi
exec /sbin/init "$@"
