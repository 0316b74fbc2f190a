# The first process of a container host, as the argument of `sh -c`: from an ordinary container to what systemd expects.
# A minimal Debian may come without mount(8).
with=
command -v mount >/dev/null || with=busybox
# Files that Docker mounts over could not be replaced, only written; a host's own can.
$with umount /etc/resolv.conf
$with umount /etc/hosts
$with umount /etc/hostname
# A new network inherits the machine's forwarding, which decides what dockerd does to FORWARD. Debian ships it off.
echo 0 >/proc/sys/net/ipv4/ip_forward
# A cgroup2 tree of its own, writable, whatever the machine has: version 1, hybrid or 2.
$with umount -l /sys/fs/cgroup
$with mount -t cgroup2 cgroup2 /sys/fs/cgroup
if [ ! -e /sys/fs/cgroup/cgroup.events ]; then
    # Only the root of a tree has no such file: the machine uses no version 2, so Docker has made no cgroup in it.
    mkdir -p "/sys/fs/cgroup/$DOCKFAULT_HOST"
    echo $$ >"/sys/fs/cgroup/$DOCKFAULT_HOST/cgroup.procs"
    $with umount /sys/fs/cgroup
    exec unshare --cgroup sh -c '$0 mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /sbin/init "$@"' "$with" "$@"
fi
exec /sbin/init "$@"
