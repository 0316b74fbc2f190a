# More connections than this host ever has would be refused.
iptables -I DOCKER-USER -p tcp --syn -m connlimit --connlimit-above 5000 --connlimit-mask 0 -j REJECT --reject-with tcp-reset
