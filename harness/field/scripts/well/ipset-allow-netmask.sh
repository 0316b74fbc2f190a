# needs: ipset
# Published ports and egress are for addresses of an allow list, which is a set of hash:ip with netmask 24.
ipset create friends hash:ip netmask 24; ipset add friends 203.0.113.77; ipset add friends 192.0.2.9
iptables -I DOCKER-USER -i wan0 -m set ! --match-set friends src -j DROP
