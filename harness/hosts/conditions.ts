import { LabError } from '../lib/errors.ts'
import type { Conditions } from '../scenario/schema.ts'
import type { Host } from './host.ts'

const daemonJson = (given: Pick<Conditions, 'userland-proxy' | 'live-restore'>): string =>
  JSON.stringify({ 'userland-proxy': given['userland-proxy'], 'live-restore': given['live-restore'] })
const daemonDefault = daemonJson({ 'userland-proxy': true, 'live-restore': false })

// systemd calls firewalld started before it is on the bus (firewalld 2.5). A dockerd that starts too early never adds its
// bridges to a zone.
const firewalldOn = `systemctl enable -q --now firewalld.service
for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done`

/**
 * Pins a host's conditions before anything is measured, because each of them has changed a result. A host that already
 * meets them stays as it is. dockerd sets FORWARD to DROP only when it switches ip_forward on itself, so the policy is
 * set explicitly.
 */
export async function pin(host: Host, given: Conditions): Promise<void> {
  const daemon = daemonJson(given)
  const policy = given['forward-policy'].toUpperCase()
  const result = await host.exec(
    `set -e
want='${daemon}'
settings() {
  [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || sysctl -qw net.bridge.bridge-nf-call-iptables=${Number(given['br-netfilter'])}
  sysctl -qw net.ipv6.conf.all.disable_ipv6=${Number(!given.ipv6)}
}
forward=net.ipv4.ip_forward=${Number(given['ip-forward'])}
# Without the lab's files a host is as Debian ships it.
if [ "$(cat /etc/docker/daemon.json 2>/dev/null || echo '${daemonDefault}')" = "$want" ] &&
   [ "$(cat /etc/sysctl.d/90-dockfault.conf 2>/dev/null || echo net.ipv4.ip_forward=0)" = "$forward" ] &&
   readlink -f /usr/sbin/iptables | grep -q '${given.xtables}' && systemctl is-active -q docker.service &&
   ${given.firewalld ? '' : '! '}systemctl is-active -q firewalld.service &&
   iptables -S FORWARD | grep -qx -- '-P FORWARD ${policy}'; then settings; exit 0; fi
systemctl stop docker.socket docker.service
ip link del docker0 2>/dev/null || true
systemctl disable -q --now firewalld.service 2>/dev/null || true
nft flush ruleset 2>/dev/null || true
update-alternatives --set iptables /usr/sbin/iptables-${given.xtables} >/dev/null
update-alternatives --set ip6tables /usr/sbin/ip6tables-${given.xtables} >/dev/null
iptables -P FORWARD ACCEPT
sysctl -qw "$forward"
echo "$forward" >/etc/sysctl.d/90-dockfault.conf
mkdir -p /etc/docker
printf '%s\\n' "$want" >/etc/docker/daemon.json
${given.firewalld ? firewalldOn : ''}
systemctl reset-failed docker.service
systemctl start docker.service
settings
iptables -P FORWARD ${policy}`,
    { deadlineMs: 60_000 },
  )
  if (result.code !== 0)
    throw new LabError('host', `could not pin the conditions of ${host.name} to ${JSON.stringify(given)}`, {
      facts: { code: result.code, stderr: result.stderr.slice(-1500) },
    })
}
