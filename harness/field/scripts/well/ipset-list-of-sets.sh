# needs: ipset
# Bans of strangers in a list of sets, as block-list scripts make it.
ipset create bl-a hash:net; ipset add bl-a 198.51.100.0/24; ipset create bl-b hash:ip; ipset add bl-b 45.155.205.1
ipset create blocklists list:set; ipset add blocklists bl-a; ipset add blocklists bl-b
iptables -I DOCKER-USER -m set --match-set blocklists src -j DROP
iptables -I INPUT -m set --match-set blocklists src -j DROP
