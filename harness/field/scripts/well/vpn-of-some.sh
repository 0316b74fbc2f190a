# A VPN is up and takes the company's addresses alone. Containers go out by the uplink.
ip link add tun0 type veth peer name tun1 netns outside; ip addr add 10.8.0.2/24 dev tun0; ip link set tun0 up
ip -n outside addr add 10.8.0.1/24 dev tun1; ip -n outside link set tun1 up
ip route add 10.64.0.0/12 via 10.8.0.1 dev tun0
