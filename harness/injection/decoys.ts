/** Scripts in POSIX sh, by name, that make a healthy host odd and break nothing. No cause may be named there. */
export const decoys: Readonly<Record<string, string>> = {
  'own-nft-rules': `nft -f - <<'RULES'
table inet admin {
  chain forward {
    type filter hook forward priority 10; policy accept;
    ip saddr 198.51.100.0/24 drop
    tcp dport 25 counter reject
  }
  chain postrouting {
    type nat hook postrouting priority 110; policy accept;
    ip saddr 198.51.100.0/24 masquerade
  }
}
RULES`,
  'firewalld-on': `systemctl unmask firewalld.service
systemctl start firewalld.service
# firewalld 2.5 counts as started before it is on the bus. A dockerd that starts too early asks it for no zone.
for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // Reverses rules whose order does not matter: those of POSTROUTING, one for each subnet.
  'rules-reordered': `set -e
iptables-save -t nat | awk '
  /^-A POSTROUTING/ { post[++n] = $0; next }
  /^COMMIT/ { for (i = n; i > 0; i--) print post[i] }
  { print }' | iptables-restore -T nat`,
  'ipv6-off': `sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // Replaces the package's iptables by a sound build of the admin's own, with dpkg-divert, and restarts docker.
  'iptables-upgraded': `set -e
program=/usr/sbin/xtables-nft-multi
dpkg-divert --quiet --local --rename --divert $program.package --add $program
cp $program.package $program
systemctl reset-failed docker.service
systemctl restart docker.service`,
}
