# An older DNAT rule for a container that is gone stands before Docker's.
iptables -t nat -I DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.77:80
