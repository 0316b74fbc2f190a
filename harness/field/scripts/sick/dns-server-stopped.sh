# daemon.json names a server on docker0 that does not run.
printf "{\"dns\": [\"172.17.0.1\"]}" >/etc/docker/daemon.json
systemctl restart docker
