import type { Facts, LinkFact, PortFact } from '../evidence/facts.ts'
import { addressIn, familyOf, inPrefix } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { type Intent, publishingAddress } from './intent.ts'
import { anywhere, type Member } from './members.ts'

/** Flows to published ports: from outside, by the host's own address, and by loopback. */
export function publishedFlows(facts: Facts, intent: Intent, members: readonly Member[]): Flow[] {
  const uplink = facts.links.find(({ name }) => name === facts.uplink)
  const host = uplink?.ips.find(({ family }) => family === 4)?.address
  const first = new Map<string, Member>()
  for (const member of members) if (!first.has(member.container.name)) first.set(member.container.name, member)
  return [...first.values()].flatMap(({ container, network, address: inside }) => {
    if (container.published.length === 0) return []
    const bindings = distinct(container.published.filter(({ host: at }) => familyOf(at) !== 6))
    const direct = bindings.flatMap((each): Flow[] =>
      each.port === 0 && uplink && inside ? [byOwnAddress(each, { container, network, address: inside }, uplink)] : [],
    )
    const own = bindings.filter(({ port }) => port !== 0)
    const mapped = own.flatMap(({ host: at, port, to, protocol }) => {
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
      // A port belongs at an address that the user named, not at one that dockerd chose.
      const requested = container.requested.find((each) => each.to === to && each.protocol === protocol)?.host ?? at
      const everywhere = wildcard || (requested === '' && at === publishingAddress(network, intent).value)
      const loopback = wildcard || inPrefix(at, '127.0.0.0/8') || everywhere
      const link = everywhere ? uplink : linkOf(at, facts)
      const outsideAt = everywhere ? host : link && at
      const source = link === uplink ? anywhere : link && neighbourOf(at, link)
      const flows: Flow[] = []
      if (outsideAt && link && !inPrefix(outsideAt, '127.0.0.0/8')) {
        // A Docker bridge has only containers on it, and no machine outside.
        if (source && !facts.docker.networks.some(({ bridge }) => bridge === link.name))
          flows.push({
            ...about,
            from: { at: 'outside', device: link.name },
            source,
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
    })
    return [...direct, ...mapped]
  })
}

/** In a routed network a published port is open at the container's own address, and is no port of the host's. */
function byOwnAddress({ to, protocol }: PortFact, { container, network, address }: Member, uplink: LinkFact): Flow {
  return {
    kind: 'published',
    from: { at: 'outside', device: uplink.name },
    container: container.name,
    network: network.name,
    bridge: network.bridge,
    source: anywhere,
    address,
    port: to,
    protocol: protocol as 'tcp' | 'udp',
    size: 'small',
    ought: 'pass',
    title: `port ${to}/${protocol} of ${container.name} by its own address, from outside`,
  }
}

const linkOf = (address: string, { links }: Facts): LinkFact | undefined =>
  links.find(({ loopback, ips }) => !loopback && ips.some((ip) => ip.address === address))

/** Another machine on a link: an address of the link's subnet. Undefined where there is none. */
function neighbourOf(address: string, { ips }: LinkFact): string | undefined {
  const own = ips.find((ip) => ip.address === address)
  if (!own || own.prefix > 30) return undefined
  const subnet = `${address}/${own.prefix}`
  return [1, 2].map((number) => addressIn(subnet, number)).find((each) => each !== undefined && each !== address)
}

const distinct = <T extends { host: string; port: number; protocol: string }>(bindings: readonly T[]): T[] => [
  ...new Map(bindings.map((each) => [`${each.host} ${each.port} ${each.protocol}`, each])).values(),
]
