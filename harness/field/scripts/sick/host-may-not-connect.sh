# The host itself may not send to the outside; containers on bridges may.
iptables -A OUTPUT -o wan0 -m conntrack --ctstate NEW -j REJECT
