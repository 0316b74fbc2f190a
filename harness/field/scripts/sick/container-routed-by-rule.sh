# A container has its default route in a table for packets from its address alone. Programs have no address yet when they connect.
pid=$(docker inspect -f "{{.State.Pid}}" probe-user)
nsenter -t "$pid" -n ip route del default
nsenter -t "$pid" -n ip rule add from 172.30.1.10 lookup 100
nsenter -t "$pid" -n ip route add default via 172.30.1.1 table 100
