#!/bin/sh
# Makes a VM's disk into a Vagrant box: sshd, and a user `vagrant` who may become root. Its network card stands in a
# network namespace of its own, and sshd's socket with it, while sshd itself and all that it starts run in the host's:
# no firewall rule, zone, route or flush on the host reaches the link that controls it. Run inside the guest, as root;
# /var/tmp/box holds packages, and KEY is the public key that may come in.
set -eu
export DEBIAN_FRONTEND=noninteractive

mkdir -p /run/sshd
# Nobody is there to ask, and nothing of it is started here.
ln -sf /dev/null /etc/systemd/system/ssh.service
dpkg --install /var/tmp/box/*.deb >/dev/null
rm -rf /var/tmp/box

id vagrant >/dev/null 2>&1 || useradd --create-home --shell /bin/bash --password '*' vagrant
usermod --append --groups docker vagrant
# The journal is evidence of the host: what is done to look at it stays out, script by script.
printf '%s\n' 'vagrant ALL=(ALL) NOPASSWD: ALL' 'Defaults:vagrant !syslog, !pam_session' >/etc/sudoers.d/vagrant
chmod 440 /etc/sudoers.d/vagrant
install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh
printf '%s\n' "$KEY" >/home/vagrant/.ssh/authorized_keys
chown vagrant:vagrant /home/vagrant/.ssh/authorized_keys
chmod 600 /home/vagrant/.ssh/authorized_keys

mkdir -p /usr/local/lib/dockfault
cat >/usr/local/lib/dockfault/management.sh <<'SCRIPT'
#!/bin/sh
# Takes the network card out of the host's network and asks for its address: the first one with hardware behind it.
set -eu
take() {
    for card in /sys/class/net/*/device; do
        card=$(basename "${card%/device}")
        # It may be renamed at this very moment.
        ip link set "$card" netns management 2>/dev/null && return 0
    done
    return 1
}
until take; do sleep 0.5; done
ip -n management link set "$card" up
exec nsenter --net=/run/netns/management busybox udhcpc -f -i "$card" -t 100 -T 1 -s /usr/local/lib/dockfault/lease.sh
SCRIPT
cat >/usr/local/lib/dockfault/lease.sh <<'SCRIPT'
#!/bin/sh
# What udhcpc tells: an address and nothing else, for whoever controls this host is on the link itself.
[ "$1" != bound ] && [ "$1" != renew ] || ip address replace "$ip/$mask" dev "$interface"
SCRIPT
chmod 755 /usr/local/lib/dockfault/*.sh

cat >/etc/systemd/system/dockfault-management.service <<'UNIT'
[Unit]
Description=dockfault: the network card in a namespace of its own
DefaultDependencies=no
After=systemd-udevd.service systemd-tmpfiles-setup.service local-fs.target

[Service]
# Before this counts as started: sshd's socket is bound in that namespace.
ExecStartPre=ip netns add management
ExecStartPre=ip -n management link set lo up
ExecStart=/bin/sh /usr/local/lib/dockfault/management.sh

[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/dockfault-ssh.socket <<'UNIT'
[Unit]
Description=dockfault: ssh on the management link
Requires=dockfault-management.service
After=dockfault-management.service

[Socket]
ListenStream=0.0.0.0:22
Accept=yes
NetworkNamespacePath=/run/netns/management

[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/dockfault-ssh@.service <<'UNIT'
[Unit]
Description=dockfault: one ssh connection

[Service]
ExecStart=-/usr/sbin/sshd -i -o UsePAM=no -o UseDNS=no -o MaxSessions=64 -o PrintLastLog=no
StandardInput=socket
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
# What a command leaves behind outlives the connection it came by.
KillMode=process
UNIT
# There is no virtio console here to wait for.
systemctl disable -q serial-getty@hvc0.service
systemctl enable -q dockfault-management.service dockfault-ssh.socket
systemd-analyze verify dockfault-management.service dockfault-ssh.socket dockfault-ssh@x.service 2>&1 | grep dockfault || true

journalctl --quiet --rotate
journalctl --quiet --vacuum-time=1s
sync
