# The default route has an IPv6 next hop.
gw=$(ip netns exec outside ip -6 -o addr show scope link | sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p' | head -n 1)
ip route replace default via inet6 "$gw" dev wan0; ip route
