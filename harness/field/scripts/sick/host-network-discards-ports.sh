# A container was moved to the host's network, and its published port is discarded without a word.
docker rm -f probe-default >/dev/null
docker run -d --init --name probe-default --restart always --network host -p 8080:80 dockfault/busybox:1 sh -c "mkdir -p /www; echo container >/www/index.html; exec httpd -f -p 80 -h /www"; docker ps
