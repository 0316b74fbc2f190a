# A LAN behind a router has addresses from Docker's default pools, and no network of Docker's uses them.
ip route add 172.25.0.0/16 via 192.0.2.1 dev wan0; ip route add 192.168.160.0/20 via 192.0.2.1 dev wan0
