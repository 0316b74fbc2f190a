# The ports of one bridge are isolated from each other: containers of that network do not reach their neighbours.
for port in $(ls /sys/class/net/br-probe-a/brif); do bridge link set dev "$port" isolated on; done
