# A container lost its address, by a client for DHCP inside it.
nsenter -t "$(docker inspect -f '{{.State.Pid}}' probe-user)" -n ip addr flush dev eth0
