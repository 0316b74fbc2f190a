# The host drops private addresses that arrive, behind a rule that accepts what belongs to its own connections.
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -s 172.16.0.0/12 -j DROP
