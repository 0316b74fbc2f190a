# One port of a bridge is disabled.
n=$(nsenter -t "$(docker inspect -f '{{.State.Pid}}' probe-default)" -n ip -o link show eth0 | sed 's/.*eth0@if\([0-9]*\).*/\1/')
bridge link set dev "$(ip -o link | sed -n "s/^$n: \([^@:]*\).*/\1/p")" state 0
