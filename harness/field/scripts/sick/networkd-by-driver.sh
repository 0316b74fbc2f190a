# systemd-networkd takes every veth by its driver.
mkdir -p /etc/systemd/network; printf '[Match]\nDriver=veth\nName=veth*\n\n[Network]\nDHCP=ipv4\n' >/etc/systemd/network/30-veth.network
systemctl restart systemd-networkd; sleep 4
