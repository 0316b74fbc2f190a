# A macvlan network beside the bridges, with a container on it.
docker network create -d macvlan --subnet 192.0.2.0/24 --ip-range 192.0.2.128/25 -o parent=wan0 lan
docker run -d --init --name probe-lan --network lan dockfault/busybox:1 sleep 2147483647
