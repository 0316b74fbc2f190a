import { LabError } from '../lib/errors.ts'
import type { Given } from '../scenario/schema.ts'
import type { Host } from './host.ts'

const daemonJson = (given: Pick<Given, 'userland-proxy' | 'live-restore'>): string =>
  JSON.stringify({ 'userland-proxy': given['userland-proxy'], 'live-restore': given['live-restore'] })
const daemonDefault = daemonJson({ 'userland-proxy': true, 'live-restore': false })

// Its unit counts as started before it is on the bus (firewalld 2.5), and a dockerd that starts too early asks no zone
// of it, now or later.
const firewalldOn = `systemctl enable -q --now firewalld.service
for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done`

/**
 * Pins a host's hidden variables before anything is believed of it: each has changed a result. A host that is so
 * already is left alone. dockerd sets FORWARD to DROP only where it is the one to switch ip_forward on, so the policy
 * is set by hand where the ip_forward asked for would not lead to it.
 */
export async function pin(host: Host, given: Given): Promise<void> {
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
# Without a file of ours a host is as Debian ships it.
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
    throw new LabError('host', `the hidden variables of ${host.name} could not be pinned to ${JSON.stringify(given)}`, {
      facts: { code: result.code, stderr: result.stderr.slice(-1500) },
    })
}
