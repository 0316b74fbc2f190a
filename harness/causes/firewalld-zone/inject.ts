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
      'removed: docker0 is taken out of zone docker; moved: docker0 is put into zone public; docker-first: dockerd starts ' +
        'before firewalld, as after a race at boot, and never asks it for a zone',
    ),
  uplink: z
    .enum(['no-zone', 'zone-public'])
    .default('no-zone')
    .describe(
      'no-zone: the uplink is in public as the default zone alone, as on hosts without NetworkManager; zone-public: it is ' +
        'named there, and public forwards to it',
    ),
})
export type Params = z.infer<typeof params>

// firewalld.service and iptables.service conflict: where the one was started, systemd has stopped the other.
const start = `systemctl start firewalld.service && for attempt in $(seq 100); do firewall-cmd -q --state && break; sleep 0.2; done`

const scripts: Record<Params['how'], string> = {
  removed: 'firewall-cmd --zone=docker --remove-interface=docker0',
  moved: 'firewall-cmd --zone=public --change-interface=docker0',
  'docker-first': `systemctl stop docker.socket docker.service firewalld.service &&
systemctl reset-failed docker.service && systemctl start docker.service && ${start}`,
}

/**
 * Leaves Docker's bridge without its zone on a host where firewalld runs (`given.firewalld`), or from now on does. Takes
 * effect at once.
 */
export async function inject(host: Host, { how, uplink }: Params): Promise<void> {
  const named = `firewall-cmd --zone=public --change-interface=${outside.uplink}`
  const script = [start, ...(uplink === 'zone-public' ? [named] : []), scripts[how]].join(' && ')
  const { code, stdout, stderr } = await host.exec(script, { deadlineMs: 60_000 })
  if (code !== 0) throw new LabError('host', `${script}: exit ${code}`, { facts: { stdout, stderr } })
}
