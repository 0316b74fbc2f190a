# needs: ipset
# A bouncer bans whole /24s by a set of hash:ip with netmask 24; a neighbour of the name server was banned.
ipset create abusers hash:ip netmask 24 timeout 86400; ipset add abusers 203.0.113.77; ipset add abusers 198.51.100.3
iptables -I DOCKER-USER -m set --match-set abusers src -j DROP
