# The container's network was made without masquerading.
docker rm -f probe-default
docker network create -o com.docker.network.bridge.enable_ip_masquerade=false plain
docker run -d --name probe-default --init --restart always --network plain -p 8080:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
