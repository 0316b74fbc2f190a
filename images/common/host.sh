#!/bin/sh
# Makes a Debian root into a Docker host: what a container host and a VM share. Runs inside the new root.
set -eu

# Firewall managers are faults' material: there, but asleep until a fault wakes them.
systemctl disable firewalld.service netfilter-persistent.service nftables.service
rm -f /etc/iptables/rules.v4 /etc/iptables/rules.v6

# Nothing wakes up by itself in the middle of a measurement.
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
    logrotate.timer man-db.timer systemd-tmpfiles-clean.timer systemd-networkd-wait-online.service >/dev/null 2>&1

mkdir -p /etc/systemd/system.conf.d /etc/systemd/journald.conf.d
cat >/etc/systemd/system.conf.d/dockfault.conf <<'CONF'
# An emulated processor is slow: devices and services may take minutes, and that is no fault.
[Manager]
DefaultDeviceTimeoutSec=900s
DefaultTimeoutStartSec=900s
DefaultTimeoutStopSec=30s
CONF
cat >/etc/systemd/journald.conf.d/dockfault.conf <<'CONF'
[Journal]
Storage=persistent
SystemMaxUse=48M
RateLimitIntervalSec=0
CONF
mkdir -p /var/log/journal

systemctl enable containerd.service docker.service
