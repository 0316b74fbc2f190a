# docker.service may talk to loopback addresses alone: names on user networks and Docker's proxies are dead.
mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\nIPAddressDeny=any\nIPAddressAllow=localhost\n' >/etc/systemd/system/docker.service.d/ip.conf
systemctl daemon-reload; systemctl restart docker; sleep 2; docker ps
