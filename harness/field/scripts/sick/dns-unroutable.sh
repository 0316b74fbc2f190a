# daemon.json gives containers a name server in a network that the host has no way to.
echo '{"dns": ["10.255.255.1"]}' >/etc/docker/daemon.json; ip route add unreachable 10.255.0.0/16; systemctl restart docker; sleep 3; docker restart -t 0 probe-default probe-user
