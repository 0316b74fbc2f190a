import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { LabError } from '../../lib/errors.ts'

/** How the default bridge lost the zone that accepts it. */
export const params = z.strictObject({
  how: z
    .enum(['removed', 'moved'])
    .default('removed')
    .describe('removed: docker0 is taken out of zone docker; moved: docker0 is put into zone public'),
})
export type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  removed: 'firewall-cmd --zone=docker --remove-interface=docker0',
  moved: 'firewall-cmd --zone=public --change-interface=docker0',
}

/** Takes docker0 out of its zone on a host where firewalld runs (`given.firewalld`). Takes effect at once. */
export async function inject(host: Host, { how }: Params): Promise<void> {
  const { code, stdout, stderr } = await host.exec(scripts[how])
  if (code !== 0) throw new LabError('host', `${scripts[how]}: exit ${code}`, { facts: { stdout, stderr } })
}
