# A port is published at an address of a second link, where a firewall lets in web traffic alone.
ip link add lan0 type veth peer name lan1 netns outside; ip addr add 10.20.0.2/24 dev lan0; ip link set lan0 up
ip -n outside addr add 10.20.0.1/24 dev lan1; ip -n outside link set lan1 up
docker rm -f probe-default >/dev/null
docker run -d --init --restart always --name probe-default -p 10.20.0.2:8080:80 dockfault/busybox:1 sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'
iptables -t raw -A PREROUTING -i lan0 -p tcp --dport 1024:65535 -m addrtype --dst-type LOCAL -j DROP
