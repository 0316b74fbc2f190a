# A network with IPv6 addresses, on a host without IPv6 to the outside.
docker network create --ipv6 --subnet fd00:aa::/64 six; docker run -d --init --name probe-six --network six dockfault/busybox:1 sleep 2147483647
