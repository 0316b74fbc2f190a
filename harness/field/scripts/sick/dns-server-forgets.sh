# needs: dnsmasq
# dockerd gives containers the host's own dnsmasq, whose server is gone
printf 'interface=docker0\nbind-dynamic\nno-resolv\nserver=192.0.2.77\n' >/etc/dnsmasq.d/docker.conf
systemctl restart dnsmasq
echo '{ "dns": ["172.17.0.1"] }' >/etc/docker/daemon.json
systemctl restart docker
docker restart -t 0 probe-default probe-user probe-peer probe-other
