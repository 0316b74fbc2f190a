import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { LabError } from '../../lib/errors.ts'
import { outside } from '../../outside/outside.ts'

/** How the default bridge lost the zone that accepts it. */
export const params = z.strictObject({
  how: z
    .enum(['removed', 'moved', 'docker-first'])
    .default('removed')
    .describe(
      'removed: takes docker0 out of zone docker; moved: puts docker0 into zone public; docker-first: starts dockerd ' +
        'before firewalld, as after a race at boot, so that it never asks for a zone',
    ),
  uplink: z
    .enum(['no-zone', 'zone-public'])
    .default('no-zone')
    .describe(
      'no-zone: no zone names the uplink, so the default zone applies, as on hosts without NetworkManager; zone-public: ' +
        'zone public names it, and forwards to it',
    ),
})
export type Params = z.infer<typeof params>

// firewalld.service and iptables.service conflict: systemd stops one when the other starts.
const start = `systemctl start firewalld.service && for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done`

const scripts: Record<Params['how'], string> = {
  removed: 'firewall-cmd --zone=docker --remove-interface=docker0',
  moved: 'firewall-cmd --zone=public --change-interface=docker0',
  'docker-first': `systemctl stop docker.socket docker.service firewalld.service &&
systemctl reset-failed docker.service && systemctl start docker.service && ${start}`,
}

/**
 * Takes Docker's bridge out of its zone, on a host where firewalld runs already (`given.firewalld`) or is started here.
 * The host is broken at once.
 */
export async function inject(host: Host, { how, uplink }: Params): Promise<void> {
  const named = `firewall-cmd --zone=public --change-interface=${outside.uplink}`
  const script = [start, ...(uplink === 'zone-public' ? [named] : []), scripts[how]].join(' && ')
  const { code, stdout, stderr } = await host.exec(script, { deadlineMs: 60_000 })
  if (code !== 0) throw new LabError('host', `${script}: exit ${code}`, { facts: { stdout, stderr } })
}
