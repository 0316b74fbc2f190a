# A program listens at its container's loopback alone.
docker rm -f probe-default >/dev/null
docker run -d --init --restart always --name probe-default -p 8080:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 127.0.0.1:80 -h /www'
