# A VPN's exit node: its table takes all but its own marked packets, into a tunnel whose other end passes nothing on.
ip netns add far; ip link add tailscale0 type veth peer name end netns far; ip addr add 100.64.0.7/24 dev tailscale0; ip link set tailscale0 up
ip -n far addr add 100.64.0.1/24 dev end; ip -n far link set end up
ip route add default via 100.64.0.1 dev tailscale0 table 52
ip rule add fwmark 0x80000/0xff0000 priority 5210 lookup main; ip rule add priority 5270 lookup 52
