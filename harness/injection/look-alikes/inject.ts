import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { LabError } from '../../lib/errors.ts'

/** Hosts that fail in the same way as a known fault, for another reason. */
export const params = z.strictObject({
  how: z
    .enum(['forward-drop', 'nat-flushed'])
    .describe('forward-drop: a rule of the admin drops all forwarded packets; nat-flushed: empties the nat table'),
})
export type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  'forward-drop': 'iptables -I FORWARD -j DROP',
  'nat-flushed': 'iptables -t nat -F',
}

/** Breaks a host in a way that could be mistaken for another fault. */
export async function inject(host: Host, { how }: Params): Promise<void> {
  const { code, stderr } = await host.exec(scripts[how])
  if (code !== 0) throw new LabError('host', `${scripts[how]}: exit ${code}`, { facts: { stderr } })
}
