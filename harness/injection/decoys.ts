/** Healthy hosts that look odd, by name: what is done to them harms nothing, and no detector may speak. POSIX sh. */
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
# Started is not yet on the bus (firewalld 2.5), and a dockerd that starts too early asks no zone of it.
for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // The same rules in another order where order does not matter: POSTROUTING masquerades each subnet, last to first.
  'rules-reordered': `set -e
iptables-save -t nat | awk '
  /^-A POSTROUTING/ { post[++n] = $0; next }
  /^COMMIT/ { for (i = n; i > 0; i--) print post[i] }
  { print }' | iptables-restore -T nat`,
  'ipv6-off': `sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // A build of the admin's own in place of the package's, by dpkg-divert; a sound one. And docker restarted with it.
  'iptables-upgraded': `set -e
program=/usr/sbin/xtables-nft-multi
dpkg-divert --quiet --local --rename --divert $program.package --add $program
cp $program.package $program
systemctl reset-failed docker.service
systemctl restart docker.service`,
}
