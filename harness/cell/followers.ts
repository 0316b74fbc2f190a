import { doubtfulLarge } from '../cause/drops.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { outside } from '../outside/outside.ts'
import { probeContainers } from '../probes/containers.ts'
import { everyFlow } from '../trace/all-flows.ts'
import { traceByPackets } from '../trace/by-packets.ts'
import { trace } from '../trace/index.ts'
import type { Trace } from '../trace/trace.ts'
import type { Follower } from './observe.ts'

const from = (location: Follower['from'], probe: string): Follower => ({
  from: location,
  probe,
  follow: (host, facts) =>
    trace(
      host,
      { container: probeContainers[location].name, address: outside.address, port: 80, protocol: 'tcp' },
      facts,
    ),
})

/** The packets that are traced on each host: the same as the probes egress-tcp and user-tcp send. */
export const followers: readonly Follower[] = [from('default', 'egress-tcp'), from('user', 'user-tcp')]

/** Follows large transfers where the host’s evidence cannot show whether they arrive; none elsewhere. */
export async function followLarge(host: Host, facts: Facts): Promise<Trace[]> {
  if (!doubtfulLarge(facts)) return []
  const flows = everyFlow(facts, { address: outside.address, port: 80, protocol: 'tcp' }).filter(
    ({ kind, protocol, size }) => kind === 'egress' && protocol === 'tcp' && size === 'full',
  )
  return traceByPackets(host, flows, facts, { path: '/large' })
}
