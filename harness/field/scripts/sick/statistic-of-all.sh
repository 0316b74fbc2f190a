# A test of loss was left behind: it loses every packet.
iptables -I DOCKER-USER -m statistic --mode nth --every 1 --packet 0 -j DROP
