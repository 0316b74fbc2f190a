# A machine on libvirt's bridge, with libvirt's chains, and let through DOCKER-USER as the guides have it.
ip link add virbr0 type bridge; ip addr add 192.168.122.1/24 dev virbr0; ip link set virbr0 up
ip netns add vm; ip link add vnet0 type veth peer name eth0 netns vm; ip link set vnet0 master virbr0 up
ip -n vm addr add 192.168.122.50/24 dev eth0; ip -n vm link set eth0 up; ip -n vm link set lo up; ip -n vm route add default via 192.168.122.1
iptables -N LIBVIRT_FWO; iptables -A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT; iptables -A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable
iptables -N LIBVIRT_FWI; iptables -A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable
iptables -N LIBVIRT_FWX; iptables -A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT
iptables -I FORWARD -j LIBVIRT_FWO; iptables -I FORWARD -j LIBVIRT_FWI; iptables -I FORWARD -j LIBVIRT_FWX
iptables -t nat -N LIBVIRT_PRT; iptables -t nat -I POSTROUTING -j LIBVIRT_PRT
iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN; iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -p tcp -j MASQUERADE --to-ports 1024-65535
iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -p udp -j MASQUERADE --to-ports 1024-65535; iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE
