# The program of a published port ends at once, and its container starts for ever.
docker rm -f probe-default >/dev/null
docker run -d --init --name probe-default --restart always -p 8080:80 dockfault/busybox:1 sh -c 'sleep 1; exit 1'; sleep 15; docker ps -a
