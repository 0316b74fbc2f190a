import type { Facts } from '../evidence/facts.ts'
import type { Drop } from '../simulate/index.ts'
import { netOf } from '../simulate/net.ts'
import { packetOf } from '../simulate/packet.ts'
import { noRoute } from '../simulate/walk/next-hop.ts'
import type { TracedPacket } from './events.ts'

/**
 * Why the host cannot answer a packet: it has no route to the packet's source. Undefined where it has one, or may have.
 * `back` is the kernel's own route lookup, empty where there was none.
 */
export function noWayBack({ last }: TracedPacket, back: string, facts: Facts): Drop | undefined {
  const drop = (message: string): Drop => ({ way: 'back', location: 'routing', end: 'no-route', message })
  const kernel = back.match(/^RTNETLINK answers: (.*(?:unreachable|No route|denied|Invalid).*)$/)?.[1]
  if (kernel) return drop(`the host has no route back to ${last.source}: the kernel answers “${kernel}”`)
  const answer = packetOf({
    family: 4,
    protocol: last.protocol,
    source: last.destination,
    sourcePort: last.destinationPort,
    destination: last.source,
    destinationPort: last.sourcePort,
    direction: 'reply',
  })
  const found = netOf(facts).host.fib[4].lookup({ ...answer, input: 'lo' })
  const ends = found.map((each) => noRoute(each, answer))
  if (!ends[0] || ends.includes(undefined) || found.some(({ doubts }) => doubts.length > 0)) return undefined
  return { ...drop(`the host has no route back to ${last.source}: ${ends[0].message}`), ...setting(ends[0]) }
}

const setting = ({ setting }: NonNullable<ReturnType<typeof noRoute>>): Pick<Drop, 'setting'> =>
  setting ? { setting } : {}
