# daemon.json names a name server that was taken away.
echo '{"dns":["192.0.2.77"]}' >/etc/docker/daemon.json; systemctl restart docker; sleep 3
docker restart -t 0 probe-default probe-user
# Somebody notices.
docker exec probe-default nslookup probe.test 192.0.2.77 >/dev/null 2>&1 || true
