# A network of a user's own has five addresses for containers, and a sixth wants one.
docker network create --subnet 10.99.0.0/29 small >/dev/null
for i in 1 2 3 4 5 6; do docker run -d --init --name s$i --network small dockfault/busybox:1 sleep 9999; done; docker ps -a
