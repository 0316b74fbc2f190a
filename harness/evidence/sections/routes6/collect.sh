# limit: 8 s
[ -d /proc/sys/net/ipv6 ] || absent 'the kernel has no IPv6'
needs ip
ip -j -6 route show table all
