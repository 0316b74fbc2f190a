# limit: 5 s
cd /proc/sys/net || exit
[ -r ipv4/ip_forward ] || fail 'the settings under /proc/sys cannot be read'
# What this kernel does not have is left out.
grep -Hs '' /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_forward_use_pmtu /proc/sys/net/ipv4/ip_nonlocal_bind \
    /proc/sys/net/ipv4/ip_local_port_range /proc/sys/net/ipv4/fwmark_reflect /proc/sys/net/ipv4/icmp_echo_ignore_all \
    /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/ipfrag_high_thresh \
    /proc/sys/net/ipv?/neigh/default/gc_thresh3 /proc/sys/net/ipv?/neigh/*/mcast_solicit \
    /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/src_valid_mark \
    /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/accept_local \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_filter /proc/sys/net/ipv4/conf/*/arp_announce \
    /proc/sys/net/ipv4/conf/*/proxy_arp /proc/sys/net/ipv4/conf/*/proxy_arp_pvlan \
    /proc/sys/net/ipv4/conf/*/bc_forwarding /proc/sys/net/ipv4/conf/*/log_martians \
    /proc/sys/net/ipv4/conf/*/disable_policy /proc/sys/net/ipv4/conf/*/ignore_routes_with_linkdown \
    /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/disable_ipv6 \
    /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/proxy_ndp \
    /proc/sys/net/ipv6/conf/*/ignore_routes_with_linkdown /proc/sys/net/ipv6/conf/*/hop_limit \
    /proc/sys/net/bridge/* \
    /proc/sys/net/netfilter/nf_conntrack_max /proc/sys/net/netfilter/nf_conntrack_count \
    /proc/sys/net/netfilter/nf_conntrack_buckets /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal \
    /proc/sys/net/netfilter/nf_conntrack_*timeout*
true
