import { restartDocker } from '../cause/steps.ts'
import type { Host } from '../hosts/host.ts'
import type { Rung } from '../scenario/schema.ts'

const scripts = {
  'daemon-restart': restartDocker,
  'new-network': 'docker network create probe-rung && docker network rm probe-rung',
  'firewall-reload':
    'for unit in firewalld iptables nftables; do systemctl is-active -q $unit.service && systemctl reload-or-restart $unit.service; done; true',
  // Not through the service, so units that depend on it do not notice.
  'manual-restore': '[ ! -e /etc/iptables/rules.v4 ] || iptables-restore /etc/iptables/rules.v4',
}

/** Takes a host one rung up the ladder of durability: an event that a cured host meets later. */
export async function applyRung(
  rung: Rung,
  host: Host,
  actions: { again: () => Promise<void>; reinject: () => Promise<void> },
): Promise<void> {
  if (rung === 'reboot') return host.reboot()
  if (rung === 'again' || rung === 'reinject') return actions[rung]()
  // An event may fail on a host that is not cured after all: what follows is probed, whatever its exit code.
  await host.exec(scripts[rung], { deadlineMs: 60_000 })
}
