# A VPN client in a container has set its routes, and its tunnel is dead.
inn() { local c=$1; shift; nsenter -t $(docker inspect -f "{{.State.Pid}}" $c) -n "$@"; }
mkdir -p /dev/net; [ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
inn probe-default ip tuntap add tun0 mode tun; inn probe-default ip addr add 10.8.0.2/24 dev tun0; inn probe-default ip link set tun0 up
inn probe-default ip route add 0.0.0.0/1 dev tun0; inn probe-default ip route add 128.0.0.0/1 dev tun0; inn probe-default ip route
