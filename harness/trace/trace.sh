# Follows one connection from a container through this host's hooks. Called with: container address port protocol
# source. It makes one nftables table of its own, which marks and brackets this connection's packets alone, and
# removes it at the end; it loads no module, for it does nothing where nf_tables is not loaded.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
container=$1 address=$2 port=$3 protocol=$4 source=$5
table="dockfault_trace_$$"

section() {
    name=$1
    shift
    printf -- '--- begin %s\n' "$name"
    { "$@" 2>&1; printf '\n%s\n' "$?"; } | sed -e '$!s/^/ /' -e "\$s/^/--- end $name /"
}

pid=$(docker inspect -f '{{.State.Pid}}' "$container" 2>/dev/null)
[ "${pid:-0}" -gt 0 ] || { echo 'dockfault-evidence 1'; exit 0; }

case $protocol in
    tcp) answer="tcp sport $port tcp flags & (syn | rst) != 0" question="tcp dport $port tcp flags & syn == syn" ;;
    udp) answer="udp sport $port" question="udp dport $port" ;;
    icmp) answer='icmp type echo-reply' question='icmp type echo-request' ;;
esac

# A chain between any two tables that a packet may die in: where it was last seen tells which one that is. Priorities
# from linux/netfilter_ipv4.h: raw -300, mangle -150, nat -100 and 100, filter 0, security 50.
brackets() {
    echo "table ip $table {"
    while read -r hook where priority; do
        echo "chain ${hook}_$where { type filter hook $hook priority $priority; policy accept;"
        [ "$hook $where" != 'prerouting first' ] || {
            echo "ip saddr $source ip daddr $address $question counter meta nftrace set 1"
            echo "ip saddr $address $answer counter meta nftrace set 1"
        }
        echo '}'
    done <<LIST
prerouting first -450
prerouting raw -299
prerouting mangle -149
prerouting last 450
input first -450
input last 450
forward first -450
forward mangle -149
forward filter 1
forward security 51
forward last 450
postrouting first -450
postrouting mangle -149
postrouting last 450
LIST
    echo '}'
}

ask() {
    case $protocol in
        tcp) nsenter -t "$pid" -n timeout "$patience" bash -c "exec 3<>/dev/tcp/$address/$port" ;;
        udp) nsenter -t "$pid" -n timeout "$patience" bash -c "exec 3<>/dev/udp/$address/$port; echo >&3; exec head -c 1 <&3 >/dev/null" ;;
        icmp) nsenter -t "$pid" -n ping -n -c 1 -W "$patience" "$address" ;;
    esac
}

legacy() { ! grep -q . /proc/net/ip_tables_names 2>/dev/null || iptables-legacy-save -c 2>/dev/null; }
seen() { nft list table ip "$table" | grep -c 'counter packets [1-9].*nftrace'; }

patience=${PATIENCE:-2}
monitor=
end() {
    [ -z "$monitor" ] || kill "$monitor" 2>/dev/null
    nft delete table ip "$table" 2>/dev/null
    rm -rf "$scratch"
}
scratch=$(mktemp -d) || exit 1
trap end EXIT
trap 'exit 143' HUP INT TERM

echo 'dockfault-evidence 1'
section legacy-before legacy
if command -v nft >/dev/null && { [ -d /sys/module/nf_tables ] || systemd-detect-virt -q --container; } && brackets | nft -f - 2>"$scratch/error"; then
    # Nothing tells when the monitor listens: where it heard nothing of a packet that was counted, it gets more time.
    for settle in 0.3 1.5 4; do
        # It prints what is marked, and nothing else is. Bounded in time and in size (blocks of 512 bytes).
        (ulimit -f 800; exec timeout $((patience + 12)) nft -a monitor trace >"$scratch/events" 2>&1 </dev/null) &
        monitor=$!
        sleep "$settle"
        section answer ask >"$scratch/answer"
        # A busy host prints late: the events are complete when no more come.
        for look in 1 2 3 4 5 6 7 8 9 10; do
            size=$(wc -c <"$scratch/events")
            sleep 0.3
            [ "$size" != "$(wc -c <"$scratch/events")" ] || break
        done
        grep -q '^trace id' "$scratch/events" || [ "$(seen)" = 0 ] || { kill "$monitor" 2>/dev/null; continue; }
        break
    done
    cat "$scratch/answer"
    section seen seen
    section events cat "$scratch/events"
else
    section no-tracer cat "$scratch/error"
    section answer ask
fi
section legacy-after legacy
section route ip route get "$address" from "$source" iif "$(ip -o route get "$source" | sed -n 's/.* dev \([^ ]*\).*/\1/p')"
