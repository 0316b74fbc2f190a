# One more container, published on loopback by its own -p 127.0.0.1: beside those that are open.
docker run -d --init --name probe-local -p 127.0.0.1:9000:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
