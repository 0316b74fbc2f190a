import type { Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { anywhere, type Member } from './flows.ts'
import type { Intent } from './intent.ts'

/** Published ports, from the outside, from the host's own address, and from loopback. */
export function publishedFlows(facts: Facts, { publishesAt }: Intent, members: readonly Member[]): Flow[] {
  const uplink = facts.links.find(({ name }) => name === facts.uplink)
  const host = uplink?.ips.find(({ family }) => family === 4)?.address
  const first = new Map<string, Member>()
  for (const member of members) if (!first.has(member.container.name)) first.set(member.container.name, member)
  return [...first.values()].flatMap(({ container, network, address: inside }) => {
    if (container.published.length === 0) return []
    return distinct(container.published.filter(({ host: at }) => familyOf(at) !== 6)).flatMap(
      ({ host: at, port, to, protocol }) => {
        const about = {
          kind: 'published',
          container: container.name,
          network: network.name,
          bridge: network.bridge,
          port,
          protocol: protocol as 'tcp' | 'udp',
          size: 'small',
          ought: 'pass',
        } as const
        const title = (from: string): string => `port ${port}/${protocol} published by ${container.name}, ${from}`
        const wildcard = at === '' || at === '0.0.0.0'
        // An address that was asked for by name is where the port is to be; one that dockerd chose is not.
        const asked = container.requested.find((each) => each.to === to && each.protocol === protocol)?.host ?? at
        const everywhere = wildcard || (asked === '' && at === publishesAt)
        const loopback = wildcard || inPrefix(at, '127.0.0.0/8') || everywhere
        const outsideAt = everywhere ? host : uplink?.ips.some(({ address }) => address === at) ? at : undefined
        const flows: Flow[] = []
        if (outsideAt && uplink && !inPrefix(outsideAt, '127.0.0.0/8')) {
          flows.push({
            ...about,
            from: { at: 'outside', device: uplink.name },
            source: anywhere,
            address: outsideAt,
            title: title('from outside'),
          })
          flows.push({
            ...about,
            from: { at: 'host' },
            source: '',
            address: outsideAt,
            title: title('from the host by its own address'),
          })
        }
        if (loopback)
          flows.push({
            ...about,
            from: { at: 'host' },
            source: '',
            address: inPrefix(at, '127.0.0.0/8') ? at : '127.0.0.1',
            title: title('from the host by loopback'),
          })
        return inside ? flows : []
      },
    )
  })
}

const distinct = <T extends { host: string; port: number; protocol: string }>(bindings: readonly T[]): T[] => [
  ...new Map(bindings.map((each) => [`${each.host} ${each.port} ${each.protocol}`, each])).values(),
]
