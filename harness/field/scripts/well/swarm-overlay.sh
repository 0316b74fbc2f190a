# A container on an overlay network; it leaves by docker_gwbridge.
docker swarm init --advertise-addr 192.0.2.2 >/dev/null
docker network create -d overlay --attachable ov >/dev/null
docker run -d --init --name extra --network ov -p 8090:80 dockfault/busybox:1 sleep 2147483647 >/dev/null
