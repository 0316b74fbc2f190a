# Follows connections through this host's hooks, all at once. Takes six words for each connection: the path of the
# sending network namespace (- for the host's own), the source (- where the kernel chooses it), address, port, protocol,
# and a ping's payload in bytes or TCP's request as printf's format (- for none). Its own nftables tables mark and
# bracket only these connections' packets. It removes them at the end; if it was killed, the next run removes them. It
# loads no module: without nf_tables it only connects, and other families get brackets only where they have rules.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
patience=${PATIENCE:-2}

section() {
    name=$1
    shift
    printf -- '--- begin %s\n' "$name"
    { "$@" 2>&1; printf '\n%s\n' "$?"; } | sed -e '$!s/^/ /' -e "\$s/^/--- end $name /"
}

# A process is identified by its number and its start time, because the kernel reuses numbers.
since() {
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    shift 19
    echo "$1"
}
lives() { [ -n "$2" ] && [ "$(since "$1")" = "$2" ]; }
own="$$_$(since $$)"
table="dockfault_trace_$own"
folder=${TMPDIR:-/tmp}

# Removes what killed traces have left: tables, files and processes.
sweep() {
    nft list tables 2>/dev/null | sed -n 's/^table \([a-z0-9]* dockfault_trace_[0-9_]*\)$/\1/p' |
        while read -r family name; do
            maker=${name#dockfault_trace_}
            lives "${maker%%_*}" "${maker##*_}" || nft delete table "$family" "$name" 2>/dev/null
        done
    for left in "$folder"/dockfault_trace_*; do
        [ -d "$left" ] || continue
        maker=${left##*/dockfault_trace_}
        maker=${maker%%.*}
        lives "${maker%%_*}" "${maker##*_}" && continue
        # Each of them leads a process group, because of timeout.
        cat "$left"/pid.* 2>/dev/null | while read -r pid started; do
            ! lives "$pid" "$started" || kill -9 -- "-$pid" 2>/dev/null
        done
        rm -rf "$left"
    done
}

# Rules that mark the packets that start or end a connection, at the first bracket of the hook where it starts. The
# destination port identifies an answer, whatever its addresses were translated to.
first='tcp flags & (syn | fin | rst) != 0'
questions() {
    at=$1
    shift
    while [ $# -ge 6 ]; do
        if [ "$at" = output ]; then [ "$1" = - ]; else [ "$1" != - ]; fi && {
            [ "$2" = - ] || printf 'ip saddr %s ' "$2"
            printf 'ip daddr %s ' "$3"
            case $5 in
                tcp) echo "tcp dport $4 $first counter add @ports { tcp sport } meta nftrace set 1" ;;
                udp) echo "udp dport $4 counter add @ports { udp sport } meta nftrace set 1" ;;
                icmp) echo 'icmp type echo-request counter add @echoes { icmp id } meta nftrace set 1' ;;
            esac
        }
        shift 6
    done
    echo "tcp dport @ports $first counter meta nftrace set 1"
    echo 'udp dport @ports counter meta nftrace set 1'
    echo 'icmp type echo-reply icmp id @echoes counter meta nftrace set 1'
}

# Brackets come before and after all chains. Where the legacy backend is in use, whose tables print nothing, they also
# come between any two of its tables: the last bracket that saw a packet shows the table that ended it. Priorities
# from linux/netfilter_ipv4.h: raw -300, mangle -150, nat -100 and 100, filter 0, security 50.
brackets() {
    echo "table ip $table {"
    echo 'set ports { type inet_service; flags dynamic; size 4096; timeout 60s; }'
    echo 'set echoes { typeof icmp id; flags dynamic; size 4096; timeout 60s; }'
    for hook in prerouting input output forward postrouting; do
        for where in first raw mangle filter security last; do
            case "$hook $where" in
                input\ raw | forward\ raw | postrouting\ raw | prerouting\ filter | prerouting\ security) continue ;;
                postrouting\ filter | postrouting\ security) continue ;;
                *\ filter | *\ security) [ "$legacy" = yes ] || continue ;;
            esac
            case $where in
                first) priority=-10000 ;; raw) priority=-299 ;; mangle) priority=-149 ;;
                filter) priority=1 ;; security) priority=51 ;; last) priority=10000 ;;
            esac
            echo "chain ${hook}_$where { type filter hook $hook priority $priority; policy accept;"
            case "$hook $where" in prerouting\ first | output\ first) questions "$hook" "$@" ;; esac
            echo '}'
        done
    done
    echo '}'
}

# Frames are marked by either end of their connection, because these brackets see both sides of every translation.
marks() {
    echo "tcp sport @ports $first meta nftrace set 1"
    echo "tcp dport @ports $first meta nftrace set 1"
    echo 'udp sport @ports meta nftrace set 1'
    echo 'udp dport @ports meta nftrace set 1'
    while [ $# -ge 6 ]; do
        case $5 in
            tcp) echo "ip daddr $3 tcp dport $4 $first add @ports { tcp sport } meta nftrace set 1" ;;
            udp) echo "ip daddr $3 udp dport $4 add @ports { udp sport } meta nftrace set 1" ;;
            icmp) printf 'ip %s meta nftrace set 1\n' "daddr $3 icmp type echo-request" "saddr $3 icmp type echo-reply" ;;
        esac
        shift 6
    done
}
bridge_brackets() {
    echo "table bridge $table {"
    echo 'set ports { type inet_service; flags dynamic; size 4096; timeout 60s; }'
    for hook in prerouting input forward output postrouting; do
        echo "chain ${hook}_first { type filter hook $hook priority -10000; policy accept;"
        [ $hook != prerouting ] || marks "$@"
        echo '}'
        echo "chain ${hook}_last { type filter hook $hook priority 10000; policy accept; }"
    done
    echo '}'
}
netdev_brackets() {
    echo "table netdev $table {"
    echo 'set ports { type inet_service; flags dynamic; size 4096; timeout 60s; }'
    nft list chains 2>/dev/null | sed -n '/hook ingress/s/[^"]*"\([^"]*\)"[^"]*/\1\n/gp' | sort -u | grep . |
        while read -r device; do
            number=$((number + 1))
            echo "chain ingress${number}_first { type filter hook ingress device \"$device\" priority -10000; policy accept;"
            marks "$@"
            echo '}'
            echo "chain ingress${number}_last { type filter hook ingress device \"$device\" priority 10000; policy accept; }"
        done
    echo '}'
}

# A connection works once a packet after the first three is answered: here the one that closes it. With a request,
# it first waits for an answer of more than one packet. The first line shows that the sender has begun: on a busy host
# its time may end before.
# shellcheck disable=SC2016
connect='echo begun
exec 3<>"/dev/tcp/$0/$1" || exit
socket=$(readlink "/proc/$$/fd/3")
while read -r _ own remote _ _ _ _ _ _ inode _; do
    [ "socket:[$inode]" != "$socket" ] || break
done </proc/net/tcp
if [ "$2" != - ]; then
    printf "$2" >&3
    got=$(timeout 2 cat <&3 | head -c 3000 | wc -c; exit "${PIPESTATUS[0]}")
    stalled=$?
    echo "$got bytes came"
    # HTTP ends its answer; TLS waits for more.
    [ "$got" -gt 0 ] || exit 76
    [ "$1" = 443 ] || [ "$stalled" != 124 ] || [ "$got" -gt 1400 ] || exit 76
fi
exec 3>&-
for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q " $own $remote 04 " /proc/net/tcp || exit 0
    sleep 0.1
done
echo "the connection was made, and what follows is not answered"
exit 75'
# A name server answers only a complete query: this one is for the root's name servers.
# shellcheck disable=SC2016
datagram='exec 3<>"/dev/udp/$0/$1" || exit
if [ "$1" = 53 ]; then printf "\022\064\001\0\0\001\0\0\0\0\0\0\0\0\002\0\001" >&3; else echo >&3; fi
echo begun
exec head -c 1 <&3 >/dev/null'

within() {
    namespace=$1
    shift
    if [ "$namespace" = - ]; then "$@"; else nsenter --net="$namespace" "$@"; fi
}
send() {
    case $5 in
        tcp)
            # A request waits for two seconds more.
            limit=$((patience + 1))
            [ "$6" = - ] || limit=$((limit + 2))
            within "$1" timeout -k 1 $limit bash -c "$connect" "$3" "$4" "$6"
            ;;
        udp) within "$1" timeout -k 1 "$patience" bash -c "$datagram" "$3" "$4" ;;
        icmp) within "$1" timeout -k 1 $((patience + 1)) ping -n -c 1 -W "$patience" -M 'do' -s "$6" "$3" ;;
    esac
}

send_all() {
    nth=0 senders=
    while [ $# -ge 6 ]; do
        section "answer.$nth" send "$@" >"$scratch/answer.$nth" &
        senders="$senders $!"
        nth=$((nth + 1))
        shift 6
    done
    # shellcheck disable=SC2086
    wait $senders
}

# The kernel's route lookup for each flow.
routes() {
    nth=0
    while [ $# -ge 6 ]; do
        if [ "$1" = - ]; then
            section "route.$nth" ip route get "$3"
        else
            [ "$2" = - ] || section "route.$nth" ip route get "$3" from "$2" iif "$(ip -o route get "$2" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p')"
        fi
        # And for the answer that the host itself sends.
        [ "$1" = - ] || [ "$2" = - ] || section "back.$nth" ip route get "$2" from "$3"
        nth=$((nth + 1))
        shift 6
    done
}

# Next hops that did not answer for their addresses, after the namespace that sent the request.
silent_neighbours() {
    namespaces=
    while [ $# -ge 6 ]; do
        case " $namespaces " in
            *" $1 "*) ;;
            *)
                namespaces="$namespaces $1"
                within "$1" ip -4 neigh show | sed -n "/FAILED\\|INCOMPLETE/s|^|$1 |p"
                ;;
        esac
        shift 6
    done
}

# Built into the kernel, it is no module.
nf_tables_runs() {
    [ -d /sys/module/nf_tables ] || grep -qs ' nft_do_chain$' /proc/kallsyms || systemd-detect-virt -q --container
}
legacy_rules() { [ "$legacy" = no ] || iptables-legacy-save -c 2>/dev/null; }
seen() { nft list table ip "$table" | grep -c 'counter packets [1-9].*nftrace'; }
listening() {
    count=0
    while read -r _ kind _ groups _; do
        [ "$kind" != 12 ] || [ $((0x$groups & 0x100)) = 0 ] || count=$((count + 1))
    done </proc/net/netlink
    echo $count
}

monitor=
end() {
    [ -z "$monitor" ] || kill -- "-$monitor" 2>/dev/null
    for family in ip bridge netdev; do nft delete table $family "$table" 2>/dev/null; done
    rm -rf "$scratch"
}
sweep
scratch=$(mktemp -d "$folder/$table.XXXXXX") || exit 1
trap end EXIT
trap 'exit 143' HUP INT TERM PIPE

legacy=no
! grep -q . /proc/net/ip_tables_names 2>/dev/null || legacy=yes
echo 'dockfault-evidence 1'
section legacy-before legacy_rules
if command -v nft >/dev/null && nf_tables_runs && brackets "$@" | nft -f - 2>"$scratch/error"; then
    ! nft list tables bridge 2>/dev/null | grep -q . || bridge_brackets "$@" | nft -f - 2>>"$scratch/error"
    ! nft list chains 2>/dev/null | grep -q 'hook ingress' || netdev_brackets "$@" | nft -f - 2>>"$scratch/error"
    before=$(listening)
    # It prints only marked packets. Bounded in time and in size (blocks of 512 bytes).
    (ulimit -f 40000; exec timeout $((patience + 12)) nft -a monitor trace >"$scratch/events" 2>&1 </dev/null) &
    monitor=$!
    echo "$monitor $(since $monitor)" >"$scratch/pid.monitor"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ "$(listening)" -le "$before" ] || break
        sleep 0.1
    done
    send_all "$@"
    # A busy host prints late: the events are complete when no more arrive.
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        size=$(wc -c <"$scratch/events")
        sleep 0.2
        [ "$size" != "$(wc -c <"$scratch/events")" ] || break
    done
    section seen seen
    section events sed -e "/ dockfault_trace_[0-9_]* [a-z0-9]*_[a-z]* \(rule\|policy\|verdict\)/d" \
        -e 's/ ether saddr [0-9a-f:]*//; s/ @ll,0,112 0x[0-9a-f]*//; s/ ip dscp [^ ]* ip ecn [^ ]*//; s/ tcp window [0-9]*//' "$scratch/events"
else
    section no-tracer cat "$scratch/error"
    send_all "$@"
fi
cat "$scratch"/answer.*
section neighbours silent_neighbours "$@"
section legacy-after legacy_rules
routes "$@"
