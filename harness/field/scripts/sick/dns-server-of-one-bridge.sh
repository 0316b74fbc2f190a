# needs: dnsmasq
# the host's own dnsmasq answers containers of docker0 alone
printf 'interface=docker0\nbind-dynamic\nno-resolv\nserver=203.0.113.10\n' >/etc/dnsmasq.d/docker.conf
systemctl restart dnsmasq
echo '{ "dns": ["172.17.0.1"] }' >/etc/docker/daemon.json
systemctl restart docker
docker restart -t 0 probe-default probe-user probe-peer probe-other
