# The uplink is a port of a bridge, as on hosts of virtual machines.
ip link add br0 type bridge; ip link set br0 up
ip addr flush dev wan0; ip link set wan0 master br0
ip addr add 192.0.2.2/24 dev br0
ip route add default via 192.0.2.1 dev br0
