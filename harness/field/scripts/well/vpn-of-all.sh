# A VPN takes everything by a routing rule, as wg-quick sets it up, and its other end answers.
ip link add wg0 type veth peer name wg1 netns outside; ip addr add 10.8.0.2/24 dev wg0; ip link set wg0 up
ip -n outside addr add 10.8.0.1/24 dev wg1; ip -n outside link set wg1 up
ip route add default via 10.8.0.1 dev wg0 table 51820
ip rule add not fwmark 0xca6c lookup 51820; ip rule add lookup main suppress_prefixlength 0
sysctl -qw net.ipv4.conf.all.src_valid_mark=1
