# The admin blocks one abuser in DOCKER-USER.
iptables -I DOCKER-USER -s 198.51.100.66 -j DROP; iptables -I DOCKER-USER -d 198.51.100.66 -j REJECT
