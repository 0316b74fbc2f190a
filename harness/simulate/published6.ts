import type { Facts } from '../evidence/facts.ts'
import { familyOf } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { anywhere6, uplink6 } from './flows6.ts'
import type { Intent } from './intent.ts'
import type { Member } from './members.ts'

/**
 * Flows by IPv6 to published ports of containers that have IPv6 addresses: from outside and by the host's own address.
 * Nothing leads a port of `::1` to a container but Docker's proxy, so that flow exists only with it.
 */
export function publishedFlows6(facts: Facts, intent: Intent, members: readonly Member[]): Flow[] {
  const device = uplink6(facts)
  const uplink = facts.links.find(({ name }) => name === device)
  const own = uplink?.ips.find(({ family, scope }) => family === 6 && scope === 'global')?.address
  const first = new Map(members.toReversed().map((member) => [member.container.name, member]))
  return [...first.values()].flatMap(({ container, network }) => {
    const bindings = container.published.filter(({ host, port }) => port !== 0 && familyOf(host) === 6)
    return bindings.flatMap(({ host, port, protocol }): Flow[] => {
      const flow = (from: Flow['from'], source: string, address: string, title: string): Flow => ({
        kind: 'published',
        from,
        container: container.name,
        network: network.name,
        bridge: network.bridge,
        source,
        address,
        port,
        protocol: protocol as 'tcp' | 'udp',
        size: 'small',
        ought: intent.programsIp6tables || intent.proxies ? 'pass' : 'unknown',
        title: `port ${port}/${protocol} published by ${container.name}, ${title} by IPv6`,
      })
      const at = ['::', own].includes(host) ? own : undefined
      return [
        ...(at && uplink ? [flow({ at: 'outside', device: uplink.name }, anywhere6, at, 'from outside')] : []),
        ...(at ? [flow({ at: 'host' }, '', at, 'from the host by its own address')] : []),
        ...(intent.proxies && ['::', '::1'].includes(host)
          ? [flow({ at: 'host' }, '', '::1', 'from the host by loopback')]
          : []),
      ]
    })
  })
}
