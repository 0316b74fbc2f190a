# daemon.json names a name server that was taken away.
echo '{"dns":["192.0.2.77"]}' >/etc/docker/daemon.json; systemctl restart docker; sleep 3
docker restart -t 0 probe-default probe-user
