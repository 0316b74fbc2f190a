# limit: 5 s
# Processes that exist and do not run: a signal has stopped them, or their cgroup is frozen. Their sockets stay open.

# Prints `process PID BY CONTAINER UNIT NAME`: the ID of its container and the last part of its cgroup, or a dash.
halted() {
    # The name in parentheses may hold anything.
    name=$(sed -n '1s/^[0-9]* (\(.*\)) .*/\1/p' "/proc/$1/stat" 2>/dev/null) && [ -n "$name" ] || return
    case $name in
        # It runs outside the container that it holds.
        containerd-shim*) container=$(tr '\0' ' ' <"/proc/$1/cmdline" | sed -n 's/.* -id \([0-9a-f]\{64\}\) .*/\1/p') ;;
        *) container=$(sed -n 's/.*docker[-/]\([0-9a-f]\{64\}\).*/\1/p' "/proc/$1/cgroup" | head -n 1) ;;
    esac
    unit=$(sed -n 's|^[0-9]*:\(name=systemd\)\{0,1\}:.*/\([^/ ]*\)$|\2|p' "/proc/$1/cgroup" | head -n 1)
    echo "process $1 $2 ${container:--} ${unit:--} $name"
}

cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) T [0-9].*/\1/p' | head -n 200 |
    while read -r pid; do halted "$pid" signal; done
{
    find /sys/fs/cgroup -name cgroup.events -exec grep -lx 'frozen 1' {} +
    find /sys/fs/cgroup -path '*freezer*' -name freezer.state -exec grep -lx FROZEN {} +
} 2>/dev/null | while read -r file; do cat "${file%/*}/cgroup.procs"; done 2>/dev/null | head -n 200 |
    while read -r pid; do halted "$pid" freezer; done
true
