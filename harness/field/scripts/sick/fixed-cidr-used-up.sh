# docker0 may give two containers an address, and a third wants one.
printf '{ "bip": "172.17.0.1/16", "fixed-cidr": "172.17.0.0/30" }\n' >/etc/docker/daemon.json
systemctl restart docker; sleep 3; docker ps
for i in 1 2 3; do docker run -d --init dockfault/busybox:1 sleep 9999 || true; done
