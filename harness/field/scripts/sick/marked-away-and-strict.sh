# Containers are marked and routed by the old uplink, the host by a new one, and the reverse path filter is strict: answers die.
ip link add lan0 type veth peer name lan1; ip addr add 198.51.100.2/24 dev lan0; ip link set lan0 up; ip link set lan1 up
ip route add default via 192.0.2.1 dev wan0 table 100
ip rule add fwmark 7 lookup 100
nft 'table inet split { chain pre { type filter hook prerouting priority mangle; iifname "docker0" meta mark set 7; }; }'
ip route replace default via 198.51.100.1 dev lan0
sysctl -qw net.ipv4.conf.wan0.rp_filter=1
