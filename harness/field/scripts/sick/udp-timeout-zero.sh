# The kernel forgets UDP connections at once.
sysctl -w net.netfilter.nf_conntrack_udp_timeout=0
