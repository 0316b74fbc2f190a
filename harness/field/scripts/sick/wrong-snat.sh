# What leaves gets an address that is not the host's, ahead of Docker's own rule.
iptables -t nat -I POSTROUTING -s 172.17.0.0/16 -o wan0 -j SNAT --to-source 198.51.100.9
