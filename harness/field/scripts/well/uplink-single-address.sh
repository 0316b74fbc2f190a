# The uplink has an address without a subnet, as at some providers.
ip addr flush dev wan0
ip addr add 192.0.2.2/32 dev wan0
ip route add 192.0.2.1 dev wan0 scope link
ip route add default via 192.0.2.1 dev wan0 onlink
