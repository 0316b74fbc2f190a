# A container has a wrong hardware address for its gateway.
pid=$(docker inspect -f '{{.State.Pid}}' probe-default)
nsenter -t $pid -n ip neigh replace 172.17.0.1 lladdr 02:00:00:00:00:99 dev eth0 nud permanent
