# A container without a restart policy ended by itself before dockerd was started again.
docker run --name job -p 9090:90 dockfault/busybox:1 true
sleep 6
systemctl restart docker
