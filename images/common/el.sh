#!/bin/sh
# Makes a CentOS with internet into a host of the lab, by what public.yaml says of it: MANAGER (dnf or yum), PACKAGES,
# ENGINE_REPO (whose engine), VAULT (where packages of a release that has ended are kept). May run twice.
set -eu

if [ -n "${VAULT:-}" ]; then
    sed -i -e 's/^mirrorlist=/#&/' -e "s|^#\\? *baseurl=[^\$]*/\\\$releasever|baseurl=$VAULT|" \
        /etc/yum.repos.d/CentOS-*.repo
fi
curl -fsSL --retry 3 -o /etc/yum.repos.d/docker-ce.repo "$ENGINE_REPO"
# shellcheck disable=SC2086 # a list of words
$MANAGER install -y $PACKAGES

# In a container it runs before there is a systemd that anything could be stopped by.
now=
[ ! -d /run/systemd/system ] || now=--now
# Firewall managers are faults' material: there, but asleep until a fault wakes them.
# shellcheck disable=SC2086 # a word or none
systemctl disable $now firewalld.service iptables.service 2>/dev/null || true
rm -f /etc/sysconfig/iptables /etc/sysconfig/ip6tables
# shellcheck disable=SC2086
systemctl list-unit-files nftables.service 2>/dev/null | grep -q nftables && systemctl disable $now nftables.service

# Nothing wakes up by itself in the middle of a measurement.
for timer in dnf-makecache.timer dnf-automatic.timer unbound-anchor.timer fstrim.timer logrotate.timer \
    systemd-tmpfiles-clean.timer; do
    systemctl mask "$timer" >/dev/null 2>&1 || true
done
mkdir -p /etc/systemd/journald.conf.d /var/log/journal
cat >/etc/systemd/journald.conf.d/dockfault.conf <<'CONF'
[Journal]
Storage=persistent
SystemMaxUse=48M
RateLimitIntervalSec=0
CONF
systemctl enable containerd.service docker.service
