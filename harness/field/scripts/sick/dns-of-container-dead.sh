# a container was created with a name server of its own that is gone
docker rm -f probe-user >/dev/null
docker run -d --init --name probe-user --restart always --network probe-a --ip 172.30.1.10 -p 8081:80 --dns 192.0.2.77 dockfault/busybox:1 sh -c "mkdir -p /www; echo container >/www/index.html; exec httpd -f -p 80 -h /www"
