# A transparent proxy by REDIRECT that runs, and name queries forced to one server.
systemd-run -q --unit=rpx socat TCP4-LISTEN:3128,fork,reuseaddr TCP4:203.0.113.10:80; sleep 1
iptables -t nat -A PREROUTING -i docker0 -p tcp --dport 80 -j REDIRECT --to-ports 3128
iptables -t nat -A PREROUTING -s 172.30.1.0/24 -p udp --dport 53 ! -d 203.0.113.10 -j DNAT --to-destination 203.0.113.10:53
