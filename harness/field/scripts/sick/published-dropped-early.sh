# A rule of the raw table drops a published port before Docker's rules see it.
iptables -t raw -I PREROUTING -i wan0 -p tcp -m multiport --dports 8000:8080,9443 -j DROP
