# A user network publishes its ports on loopback, by an option of its own.
docker rm -f probe-user probe-peer >/dev/null; docker network rm probe-a
docker network create --subnet 172.30.1.0/24 -o com.docker.network.bridge.name=br-probe-a -o com.docker.network.bridge.host_binding_ipv4=127.0.0.1 probe-a
docker run -d --init --restart always --name probe-user --network probe-a --ip 172.30.1.10 -p 8081:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
docker run -d --init --restart always --name probe-peer --network probe-a --ip 172.30.1.11 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
