# docker0 has the netmask of a single host, and a route to its containers by hand.
ip addr del 172.17.0.1/16 dev docker0; ip addr add 172.17.0.1/32 dev docker0
ip route add 172.17.0.0/16 dev docker0 src 172.17.0.1
