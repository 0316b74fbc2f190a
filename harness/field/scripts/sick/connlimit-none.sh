# A connection limit of none, meant for another interface.
iptables -I DOCKER-USER -i wan0 -p tcp -m tcp --syn -m connlimit --connlimit-above 0 --connlimit-mask 32 -j REJECT --reject-with tcp-reset
