import { daemonSetting, restartDocker, stopContainers } from '../cause/steps.ts'
import { outside } from '../outside/outside.ts'
import { startJoinedContainer } from '../probes/joined.ts'
import { ipv6Container, runContainer } from '../probes/probe-containers.ts'
import { startUdpClient } from '../probes/udp-client.ts'
import { backendEnvironment, dockerBridges } from './nftables-backend.ts'

// dpkg leaves the rules' files where they are until somebody answers its questions.
const ufwFiles = `cp -n /usr/share/ufw/*.rules /usr/share/ufw/*.init /usr/share/ufw/ufw.conf /etc/ufw/
sed -i 's/^IPV6=.*/IPV6=no/' /etc/default/ufw`

/**
 * A network outside with IPv6, the host's way to it, and a Docker network with IPv6. Before Docker 27 its rules for IPv6
 * are an experiment.
 */
const withIpv6 = (uplink: string): string => `set -e
ip -n outside address add 2001:db8:2::1/64 dev peer0 nodad
ip -n outside address add ${outside.address6}/128 dev lo nodad
${uplink}
systemd-run -q --unit=http6 -p NetworkNamespacePath=/run/netns/outside -p BindsTo=dockfault-outside.service \\
  /bin/busybox httpd -f -p '[${outside.address6}]:80' -h /srv/dockfault
if [ "$(printf '27\\n%s\\n' "$(docker version -f '{{.Server.Version}}')" | sort -V | head -n 1)" != 27 ]; then
  ${daemonSetting('experimental', 'true')}
  ${daemonSetting('ip6tables', 'true')}
  ${stopContainers} >/dev/null
  ${restartDocker}
fi
docker network create --ipv6 --subnet 172.30.6.0/24 --subnet fd00:d0c6::/64 -o com.docker.network.bridge.name=br-ipv6 ipv6
${runContainer(ipv6Container.name, `--network ipv6 -p ${ipv6Container.port}:80`)}`

/**
 * Scripts in POSIX sh, by name, that make a healthy host odd and break nothing. No cause may be named there. The packages
 * of the programs that they call are installed before.
 */
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
  // After a reload of firewalld Docker up to 28.0 brings back rules of networks that were deleted since it started: those
  // of FORWARD, the masquerade, the bridge in firewalld's zone. They name a bridge that is gone, and match nothing.
  'deleted-network-reloaded': `set -e
docker network create --subnet 172.30.9.0/24 -o com.docker.network.bridge.name=br-deleted deleted
docker network rm deleted
firewall-cmd -q --reload`,
  // Reverses rules whose order does not matter: those of POSTROUTING, one for each subnet.
  'rules-reordered': `set -e
iptables-save -t nat | awk '
  /^-A POSTROUTING/ { post[++n] = $0; next }
  /^COMMIT/ { for (i = n; i > 0; i--) print post[i] }
  { print }' | iptables-restore -T nat`,
  'ipv6-off': `sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // ufw as people turn it on: it denies what comes in, but for ssh and a database at docker0's address.
  'ufw-on': `set -e
${ufwFiles}
ufw allow 22/tcp
ufw allow in on docker0 proto tcp to any port 5432
ufw --force enable
systemd-run -q --unit=database socat TCP4-LISTEN:5432,bind=172.17.0.1,reuseaddr,fork SYSTEM:'echo open'`,
  // ufw was on once. Turned off it leaves its empty chains behind.
  'ufw-off': `set -e
${ufwFiles}
ufw --force enable
ufw disable`,
  // Docker 29 with its nftables backend, simulated: dockerd makes no rules, and its table is loaded by hand.
  'nftables-backend': `set -e
${daemonSetting('iptables', 'false')}
${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
nft flush ruleset
sysctl -qw net.ipv4.ip_forward=1
systemctl reset-failed docker.service
systemctl start docker.service
nft -f - <<'RULES'
${dockerBridges}
RULES`,
  // A virtual machine on libvirt's bridge: a namespace stands in for it.
  'guest-on-bridge': `set -e
ip link add virbr0 type bridge
ip address add 192.168.122.1/24 dev virbr0
ip link set virbr0 up
ip netns add guest
ip link add vnet0 type veth peer name eth0 netns guest
ip link set vnet0 master virbr0 up
ip -n guest address add 192.168.122.50/24 dev eth0
ip -n guest link set eth0 up
ip -n guest link set lo up
ip -n guest route add default via 192.168.122.1
nft -f - <<'RULES'
table ip libvirt_network {
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "virbr0" accept
    oifname "virbr0" accept
  }
  chain guest_nat {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 192.168.122.0/24 ip daddr != 192.168.122.0/24 masquerade
  }
}
RULES`,
  // The admin blocks one address from a published port, where Docker's documentation has it.
  'docker-user-blocks': `iptables -I DOCKER-USER -s 192.0.2.1/32 -p tcp -m conntrack --ctorigdstport 8080 -j DROP`,
  // The unfinished nftables backend of Docker 28: it still makes its rules with iptables.
  'firewall-backend-environment': `set -e
${backendEnvironment}
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // ferm up to 2.5 takes the legacy backend wherever its tools are installed.
  'ferm-on': `set -e
cat >/etc/ferm/ferm.conf <<'RULES'
domain ip table filter {
  chain INPUT proto tcp dport 25 DROP;
  chain FORWARD mod state state INVALID DROP;
}
RULES
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/default/ferm
systemctl restart ferm.service
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // The same, and rules of nft's own in iptables' tables: iptables refuses to list them, and all works on.
  'native-rules-in-tables': `set -e
iptables -I DOCKER-USER -s 192.0.2.1/32 -p tcp -m conntrack --ctorigdstport 8080 -j DROP
nft add rule ip nat POSTROUTING oifname "wan9" masquerade
nft add rule ip filter FORWARD ip saddr 198.51.100.7 ct state established,related accept
systemctl reset-failed docker.service
systemctl restart docker.service`,
  // A container in the network namespace of another, as a sidecar or a VPN's client is.
  'joined-container': startJoinedContainer,
  // A client that keeps sending UDP from one port, as a phone or a VPN's peer does.
  'udp-client': `set -e
${startUdpClient}`,
  // Another machine has a route to containers, as a monitoring server or the far end of a VPN has.
  'route-to-containers': 'ip -n outside route replace 172.30.1.0/24 via 192.0.2.2',
  // A VPN that takes all of the host's traffic, as wg-quick sets it up: the main table keeps the routes to containers.
  'full-tunnel': `set -e
ip link add wg0 type veth peer name far netns outside
ip address add 10.9.0.2/24 dev wg0
ip link set wg0 up
ip -n outside address add 10.9.0.1/24 dev far
ip -n outside link set far up
ip route add default via 10.9.0.1 dev wg0 table 51820
ip rule add not fwmark 51820 lookup 51820
ip rule add lookup main suppress_prefixlength 0
sysctl -qw net.ipv4.conf.all.src_valid_mark=1`,
  // An office behind a router has all private addresses. Docker's bridges have narrower routes.
  'routes-by-gateway': `set -e
ip route add 172.16.0.0/12 via 192.0.2.1
ip route add 192.168.0.0/16 via 192.0.2.1`,
  // IPv6 as a hoster gives it, and a Docker network with it.
  'ipv6-on': withIpv6(`ip address add ${outside.hostAddress6}/64 dev wan0 nodad
ip -6 route add default via 2001:db8:2::1 dev wan0`),
  // The host has its IPv6 address and its default route from a router's advertisements. With accept_ra=1 it would ignore
  // them while it forwards.
  'ipv6-by-advertisements': withIpv6(`sysctl -qw net.ipv6.conf.wan0.accept_ra=2
ip token set ::2 dev wan0
systemd-run -q --unit=router6 -p NetworkNamespacePath=/run/netns/outside -p BindsTo=dockfault-outside.service \\
  /usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=0 --pid-file= \\
  --bind-interfaces --interface=peer0 --enable-ra --ra-param=peer0,high,4,1800 --dhcp-range=2001:db8:2::,ra-only,64
for attempt in $(seq 30); do ip -6 route show default | grep -q . && break; sleep 1; done`),
  // Replaces the package's iptables by a sound build of the admin's own, with dpkg-divert, and restarts docker.
  'iptables-upgraded': `set -e
program=/usr/sbin/xtables-nft-multi
dpkg-divert --quiet --local --rename --divert $program.package --add $program
cp $program.package $program
systemctl reset-failed docker.service
systemctl restart docker.service`,
}
