import { restartDocker } from '../cause/steps.ts'
import type { Host } from '../hosts/host.ts'
import type { Rung } from '../scenario/schema.ts'

const scripts = {
  'daemon-restart': restartDocker,
  'new-network': 'docker network create probe-rung && docker network rm probe-rung',
  'firewall-reload':
    'for unit in firewalld iptables nftables; do systemctl is-active -q $unit.service && systemctl reload-or-restart $unit.service; done; true',
  // By hand, and not through the service: nothing that hangs on the service notices.
  'manual-restore': '[ ! -e /etc/iptables/rules.v4 ] || iptables-restore /etc/iptables/rules.v4',
}

/** Takes a host one rung up the ladder of durability: what a cured host meets in its later life. */
export async function climb(
  rung: Rung,
  host: Host,
  deeds: { again: () => Promise<void>; reinject: () => Promise<void> },
): Promise<void> {
  if (rung === 'reboot') return host.reboot()
  if (rung === 'again' || rung === 'reinject') return deeds[rung]()
  await host.exec(scripts[rung], { deadlineMs: 60_000 })
}
