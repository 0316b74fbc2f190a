# The default route uses a next hop object.
ip nexthop add id 11 via 192.0.2.1 dev wan0; ip route replace default nhid 11
