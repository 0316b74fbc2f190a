# After a compose down and up a hand-made DNAT in OUTPUT still names the address that the container had in a network of another subnet, which is gone.
iptables -t nat -I OUTPUT -p tcp -d 192.0.2.2 --dport 8080 -j DNAT --to-destination 172.31.9.10:80
