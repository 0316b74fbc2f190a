# A port is published on an address that has moved to another machine since.
ip addr add 192.0.2.9/24 dev wan0
docker rm -f probe-default >/dev/null
docker run -d --init --restart always --name probe-default -p 192.0.2.9:8080:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
ip addr del 192.0.2.9/24 dev wan0
