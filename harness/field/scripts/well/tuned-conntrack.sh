# Time-outs as tuning guides give them.
sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=600 net.netfilter.nf_conntrack_tcp_timeout_syn_sent=20 net.netfilter.nf_conntrack_udp_timeout=10 net.netfilter.nf_conntrack_icmp_timeout=5 net.netfilter.nf_conntrack_tcp_timeout_time_wait=1
