# The rules that guides to IPsec have; no tunnel is up.
iptables -t nat -I POSTROUTING -s 172.16.0.0/12 -o wan0 -m policy --dir out --pol ipsec -j ACCEPT
iptables -I FORWARD -m policy --dir in --pol ipsec --proto esp -j ACCEPT
iptables -t nat -A POSTROUTING -o wan0 -m policy --dir out --pol none -j MASQUERADE
