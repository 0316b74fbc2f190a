# A container was started with network none, and with a published port.
docker rm -f probe-default >/dev/null
docker run -d --init --name probe-default --restart always --network none -p 8080:80 dockfault/busybox:1 sh -c "mkdir -p /www; echo container >/www/index.html; exec httpd -f -p 80 -h /www"; docker ps
