# An internal network: its containers have no way out, and are to have none.
docker network create --internal inside; docker run -d --init --name probe-inside --network inside dockfault/busybox:1 sleep 2147483647
