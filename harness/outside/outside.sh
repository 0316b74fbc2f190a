#!/bin/sh
# The outside of this test host: a network namespace behind the uplink wan0. It has no route back to container subnets, as on
# the real internet. `up` builds it from scratch each time, so it may run twice.
#
#   host wan0 192.0.2.2/24 ---- 192.0.2.1/24 peer0 [outside]  203.0.113.10/32 on lo
#
# Addresses are RFC 5737 documentation ranges.
set -eu

down() {
    ip link del wan0 2>/dev/null || true
    ip netns del outside 2>/dev/null || true
}

up() {
    down
    ip netns add outside
    ip link add wan0 type veth peer name peer0 netns outside
    ip address add 192.0.2.2/24 dev wan0
    ip link set wan0 up
    ip -n outside address add 192.0.2.1/24 dev peer0
    ip -n outside address add 203.0.113.10/32 dev lo
    ip -n outside link set lo up
    ip -n outside link set peer0 up
    ip route replace default via 192.0.2.1 dev wan0
    echo 'nameserver 203.0.113.10' >/etc/resolv.conf
    mkdir -p /srv/dockfault
    echo outside >/srv/dockfault/index.html
    # Too large to pass by accident through a small TCP window or MTU.
    [ -s /srv/dockfault/large ] || dd if=/dev/zero of=/srv/dockfault/large bs=65536 count=8 2>/dev/null
}

"$1"
