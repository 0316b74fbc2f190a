# containers started while the host's resolv.conf named a server that is gone, and the file is right again
cp /etc/resolv.conf /tmp/right
echo nameserver 192.0.2.77 >/etc/resolv.conf
docker restart -t 0 probe-user probe-peer
cat /tmp/right >/etc/resolv.conf
