# docker.service has a network of its own.
mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\nPrivateNetwork=yes\n' >/etc/systemd/system/docker.service.d/net.conf
systemctl daemon-reload; systemctl restart docker; sleep 5; docker ps
