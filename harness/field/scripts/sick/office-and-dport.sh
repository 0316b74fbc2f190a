# DOCKER-USER lets the office in everywhere and the world to the published ports, by the ports before DNAT, so the world gets nothing.
iptables -I DOCKER-USER -i wan0 -j DROP
iptables -I DOCKER-USER -i wan0 -p tcp -m multiport --dports 8080,8081 -j RETURN
iptables -I DOCKER-USER -i wan0 -s 198.51.100.0/24 -j RETURN
iptables -I DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
