# The container has no restart policy, so it stays down after a restart of dockerd.
docker update --restart no probe-default
systemctl restart docker
