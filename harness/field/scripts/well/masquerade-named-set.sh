# iptables=false on purpose, and the admin's own table masquerades the addresses of a named set.
echo '{"iptables":false}' >/etc/docker/daemon.json
systemctl reset-failed docker.service; systemctl restart docker.service; sleep 5
nft flush ruleset
nft -f - <<'RULES'
table inet site {
  set inside { type ipv4_addr; flags interval; elements = { 172.17.0.0/16, 172.30.1.0-172.30.2.255 } }
  chain post { type nat hook postrouting priority srcnat; ip saddr @inside oifname != { "docker0", "br-probe-a", "br-probe-b" } masquerade; }
  chain pre { type nat hook prerouting priority dstnat; iifname "wan0" dnat ip to tcp dport map { 8080 : 172.17.0.2 . 80, 8081 : 172.30.1.10 . 80 }; }
}
RULES
