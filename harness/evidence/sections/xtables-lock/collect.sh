# limit: 5 s
# Who holds the lock of iptables-legacy for longer than a call of it takes: `PID NAME`.
file=${XTABLES_LOCKFILE:-/run/xtables.lock}
[ -e "$file" ] || exit 0
needs_root
device=$((0x$(stat -c %D "$file"))) || exit
lock=$(printf '%02x:%02x:%s' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "$(stat -c %i "$file")")
own=$(readlink /proc/self/ns/net)

# The lock's holders in this network namespace; iptables' test runs in another one.
holders() {
    sed -n "s/^[0-9]*: [A-Z]* *[A-Z]* *WRITE \([1-9][0-9]*\) $lock .*/\1/p" /proc/locks | while read -r pid; do
        [ "$(readlink "/proc/$pid/ns/net")" != "$own" ] || echo "$pid"
    done
}

first=$(holders)
[ -n "$first" ] || exit 0
sleep 1
for pid in $(holders); do
    case " $(echo "$first" | tr '\n' ' ')" in *" $pid "*) echo "$pid $(cat "/proc/$pid/comm")" ;; esac
done
