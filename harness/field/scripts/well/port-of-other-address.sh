# Another program holds the same port number at another address.
systemd-run -q --unit=other socat TCP4-LISTEN:8090,bind=127.0.0.5,reuseaddr,fork SYSTEM:'echo other'
docker run -d --init --name probe-more -p 192.0.2.2:8090:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
