# A DNAT rule made by hand, of a container's address of last month, stands ahead of Docker's.
iptables -t nat -I PREROUTING -d 192.0.2.2/32 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.30.1.77:80
