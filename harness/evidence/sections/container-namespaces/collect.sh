# limit: 8 s, after docker-containers
# Each running container's own network namespace from the inside, several at a time.
needs_root
needs nsenter
needs ip

# Lines NAME PID MODE.
container_namespaces() {
    sed -n 's/^{"name":"\/\([^"]*\)","pid":\([1-9][0-9]*\),"mode":"\([^"]*\)".*/\1 \2 \3/p' "$work/docker-containers.out"
}

# shellcheck disable=SC2016
inside='
echo "@ links"; ip -j -d address
echo "@ ipv4"; printf "%s\n" "route show table all" "rule show" "neighbour show nud all" | ip -4 -j -batch -
echo "@ ipv6"; printf "%s\n" "route show table all" "neighbour show nud all" | ip -6 -j -batch -
echo "@ files"; cd /proc/sys/net; resolv=/proc/$1/root/etc/resolv.conf; [ ! -L "$resolv" ] || resolv=
grep -Hs "" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/icmp_echo_ignore_all \
    /proc/sys/net/ipv4/ipfrag_high_thresh /proc/sys/net/ipv?/neigh/*/mcast_solicit /proc/sys/net/ipv6/conf/*/hop_limit \
    /proc/sys/net/netfilter/nf_conntrack_*timeout* /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/forwarding \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/accept_local \
    /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/accept_ra $resolv
echo "@ listeners"; PROC_ROOT=/proc/ ss -Hlntu
echo "@ rules"
. "$4"
listed=yes
: >"$3" >"$3.legacy"
if [ "$2" = yes ] && ! command -v nft >/dev/null; then
    foreign_tables | sed "s/^/table /"
    save=$(saver iptables nft) && "$save" >"$3" 2>/dev/null || listed=
    grep -E "^-A|^:.* DROP" "$3" | grep -vF 127.0.0.11
elif [ "$2" = yes ]; then
    nft list ruleset >"$3" || { listed=; echo "rules that nft could not list"; }
    grep -vE "127[.]0[.]0[.]11|^#|^(table|[[:space:]]+chain) |policy accept;|^[[:space:]]*}?\$" "$3" | head -n 20
fi
! grep -q . /proc/net/ip_tables_names || {
    save=$(saver iptables legacy) && "$save" >"$3.legacy" || { listed=; echo "tables of the legacy backend"; }
    grep -E "^-A|^:.* DROP" "$3.legacy" | grep -vF 127.0.0.11
}
[ -z "$listed" ] || { echo "@ resolver"; cat "$3" "$3.legacy" | grep -cF 127.0.0.11; }
! command -v tc >/dev/null || { echo "@ control"; traffic_control; }
! present xfrm_user || { echo "@ ipsec"; ipsec_policies; }
echo "@ end"'
nft=no
! present nf_tables || nft=yes
dir=$work/namespaces
mkdir "$dir" || exit
container_namespaces | {
    count=0
    while read -r container pid mode; do
        case $mode in host | container:*) continue ;; esac
        count=$((count + 1))
        {
            echo "@ container $container $pid $mode"
            nsenter -t "$pid" -n sh -c "$inside" sh "$pid" $nft "$dir/$count.nft" "$work/lib.sh"
        } >"$dir/$count.out" 2>/dev/null &
        [ $((count % 8)) -gt 0 ] || wait
    done
    wait
    [ $count = 0 ] || cat "$dir"/*.out
}
