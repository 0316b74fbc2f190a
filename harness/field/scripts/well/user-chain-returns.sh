# DOCKER-USER calls chains that only return, and drops what is invalid.
iptables -N site-in; iptables -A site-in -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN; iptables -A site-in -i wan0 -p tcp -m multiport --dports 80,443 -j RETURN
iptables -I DOCKER-USER -j site-in
iptables -I DOCKER-USER -m conntrack --ctstate INVALID -j DROP
