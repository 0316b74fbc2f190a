# One container has lost its own default route.
nsenter -t "$(docker inspect -f '{{.State.Pid}}' probe-user)" -n ip route del default
