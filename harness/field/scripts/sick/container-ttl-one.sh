# A container's own packets have a time to live of 1, so the host forwards none.
docker rm -f probe-default >/dev/null; docker run -d --name probe-default --init --restart always -p 8080:80 --sysctl net.ipv4.ip_default_ttl=1 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
