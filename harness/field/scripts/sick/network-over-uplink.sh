# A network of Docker's covers the half of the uplink's subnet that has the gateway in it.
docker network create --subnet 192.0.2.0/26 over >/dev/null; docker run -d --init --name probe-over --network over --ip 192.0.2.60 dockfault/busybox:1 sleep 2147483647
