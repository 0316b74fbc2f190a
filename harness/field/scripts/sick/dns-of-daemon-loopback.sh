# daemon.json names the host's own resolver by a loopback address, which is the container's own in a container.
printf '{ "dns": ["127.0.0.1"] }\n' >/etc/docker/daemon.json
systemctl restart docker; sleep 3; docker ps
