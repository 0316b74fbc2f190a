# The host sends only what belongs to connections, not what reports on them, and docker0 is narrower than its containers' links.
iptables -P OUTPUT DROP
iptables -A OUTPUT -o lo -j ACCEPT
iptables -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
ip link set docker0 mtu 1300
