# The uplink has two addresses, and one is used by no program.
ip addr add 192.0.2.77/24 dev wan0
