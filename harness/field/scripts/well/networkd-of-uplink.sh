# systemd-networkd manages the uplink alone, and leaves Docker's devices to Docker.
mkdir -p /etc/systemd/network
printf '[Match]\nName=docker0 br-* veth*\n\n[Link]\nUnmanaged=yes\n' >/etc/systemd/network/10-docker.network
printf '[Match]\nName=wan0\n\n[Network]\nAddress=192.0.2.2/24\nGateway=192.0.2.1\n' >/etc/systemd/network/50-uplink.network
systemctl start systemd-networkd; sleep 4
