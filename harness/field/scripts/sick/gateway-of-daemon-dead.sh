# daemon.json gives containers a gateway that does not exist.
mkdir -p /etc/docker; echo '{"default-gateway": "172.17.0.254"}' > /etc/docker/daemon.json
systemctl restart docker
docker start $(docker ps -aq) >/dev/null
