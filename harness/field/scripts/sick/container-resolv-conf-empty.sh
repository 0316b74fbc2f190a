# Somebody has emptied a container's resolv.conf.
docker exec probe-default sh -c ': >/etc/resolv.conf'
