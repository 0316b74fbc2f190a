# the second of the host's two name servers is gone, and no lookup needs it
printf 'nameserver 203.0.113.10\nnameserver 192.0.2.77\n' >/etc/resolv.conf
docker restart -t 0 probe-default probe-user
