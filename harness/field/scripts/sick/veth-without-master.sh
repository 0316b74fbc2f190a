# A network manager took one container's port out of its bridge.
n=$(nsenter -t "$(docker inspect -f '{{.State.Pid}}' probe-user)" -n ip -o link show eth0 | sed 's/.*eth0@if\([0-9]*\).*/\1/')
ip link set "$(ip -o link | sed -n "s/^$n: \([^@:]*\).*/\1/p")" nomaster
