# daemon.json names a name server, and it answers.
echo '{"dns": ["203.0.113.10"]}' >/etc/docker/daemon.json; systemctl restart docker; sleep 3
docker restart -t 0 probe-default probe-user probe-peer probe-other >/dev/null; sleep 2
