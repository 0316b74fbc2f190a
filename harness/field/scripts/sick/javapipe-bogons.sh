# The well-known anti-DDoS rules in mangle PREROUTING drop private sources on every interface, as the guide has them.
iptables -t mangle -A PREROUTING -m conntrack --ctstate INVALID -j DROP
iptables -t mangle -A PREROUTING -p tcp ! --syn -m conntrack --ctstate NEW -j DROP
iptables -t mangle -A PREROUTING -p tcp -m conntrack --ctstate NEW -m tcpmss ! --mss 536:65535 -j DROP
iptables -t mangle -A PREROUTING -p tcp --tcp-flags FIN,SYN FIN,SYN -j DROP
iptables -t mangle -A PREROUTING -p tcp --tcp-flags ALL NONE -j DROP
for n in 224.0.0.0/3 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 10.0.0.0/8 0.0.0.0/8 240.0.0.0/5; do iptables -t mangle -A PREROUTING -s $n -j DROP; done
iptables -t mangle -A PREROUTING -s 127.0.0.0/8 ! -i lo -j DROP
iptables -A INPUT -p tcp -m connlimit --connlimit-above 111 -j REJECT --reject-with tcp-reset
