# A container on an overlay network leaves by docker_gwbridge, and nothing masquerades what leaves by docker_gwbridge.
docker swarm init --advertise-addr 192.0.2.2 >/dev/null
docker network create -d overlay --attachable ov >/dev/null
docker run -d --init --name extra --network ov -p 8090:80 dockfault/busybox:1 sleep 2147483647 >/dev/null
subnet=$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' docker_gwbridge)
iptables -t nat -D POSTROUTING -s $subnet ! -o docker_gwbridge -j MASQUERADE
