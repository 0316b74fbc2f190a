# A transparent proxy is gone, its redirection is not.
iptables -t nat -I PREROUTING -i br-probe-a -p tcp --dport 80 ! -d 172.16.0.0/12 -j REDIRECT --to-ports 3128
