# The default route has a source that nobody else knows.
ip addr add 10.99.0.1/32 dev lo
ip route replace default via 192.0.2.1 dev wan0 src 10.99.0.1
