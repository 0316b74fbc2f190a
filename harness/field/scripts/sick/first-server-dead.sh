# the first of the host's two name servers is gone: lookups wait for it
printf 'nameserver 192.0.2.77\nnameserver 203.0.113.10\n' >/etc/resolv.conf
docker restart -t 0 probe-default probe-user
