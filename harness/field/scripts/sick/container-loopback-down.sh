# The loopback device of a container is down.
pid=$(docker inspect -f "{{.State.Pid}}" probe-user)
nsenter -t $pid -n ip link set lo down
