# systemd denies the processes of one container every address.
systemctl set-property --runtime docker-$(docker inspect -f '{{.Id}}' probe-default).scope IPAddressDeny=any; systemctl show docker-$(docker inspect -f '{{.Id}}' probe-default).scope -p IPAddressDeny
