# Containers that ended by themselves, and one that somebody stopped.
docker run --name job dockfault/busybox:1 true; docker run --name failed-job dockfault/busybox:1 false || true
docker run -d --init --name idle -p 8090:80 dockfault/busybox:1 sleep 2147483647; docker stop -t 1 idle
