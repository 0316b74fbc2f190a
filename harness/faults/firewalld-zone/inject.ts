import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { LabError } from '../../lib/errors.ts'
import { outside } from '../../outside/outside.ts'

/** How the default bridge lost the zone that accepts it. */
export const params = z.strictObject({
  how: z
    .enum(['removed', 'moved'])
    .default('removed')
    .describe('removed: docker0 is taken out of zone docker; moved: docker0 is put into zone public'),
  uplink: z
    .enum(['no-zone', 'zone-public'])
    .default('no-zone')
    .describe(
      'no-zone: the uplink is in public as the default zone alone, as on hosts without NetworkManager; zone-public: it is ' +
        'named there, and public forwards to it',
    ),
})
export type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  removed: 'firewall-cmd --zone=docker --remove-interface=docker0',
  moved: 'firewall-cmd --zone=public --change-interface=docker0',
}

/** Takes docker0 out of its zone on a host where firewalld runs (`given.firewalld`). Takes effect at once. */
export async function inject(host: Host, { how, uplink }: Params): Promise<void> {
  const named = `firewall-cmd --zone=public --change-interface=${outside.uplink}`
  const script = [...(uplink === 'zone-public' ? [named] : []), scripts[how]].join(' && ')
  const { code, stdout, stderr } = await host.exec(script)
  if (code !== 0) throw new LabError('host', `${script}: exit ${code}`, { facts: { stdout, stderr } })
}
