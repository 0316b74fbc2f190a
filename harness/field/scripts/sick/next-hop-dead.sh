# The default route has two next hops, and one is dead.
ip route replace default nexthop via 192.0.2.1 dev wan0 nexthop via 192.0.2.77 dev wan0 weight 200
