# What comes in by docker0 goes by a table whose tunnel is down.
ip link add tun5 type veth peer name tun6; ip addr add 10.9.0.2/24 dev tun5; ip link set tun5 up; ip link set tun6 up
ip rule add iif docker0 lookup 88; ip route add default via 10.9.0.1 dev tun5 table 88
