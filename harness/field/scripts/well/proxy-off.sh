# userland-proxy is off, and dockerd has set route_localnet itself.
echo '{"userland-proxy": false}' >/etc/docker/daemon.json; systemctl restart docker; sleep 4
