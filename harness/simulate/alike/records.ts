import type { Facts, LinkFact, Neighbour } from '../../evidence/facts.ts'
import { groupBy } from '../../lib/group.ts'
import type { Endpoint } from './endpoint.ts'
import type { Words } from './words.ts'

/**
 * Each endpoint's evidence besides the rules, in words that are equal for networks of one kind: links, routes,
 * neighbours, settings, the container's own network. A record that names two networks makes both unique.
 */
export function recordsOf(endpoints: readonly Endpoint[], facts: Facts, words: Words): string[][] {
  const records = endpoints.map((): string[] => [])
  const still = new Set(
    endpoints.flatMap(({ port }) => (port.port?.flood === false || port.port?.locked ? [port.name] : [])),
  )
  const listed: object[] = [
    ...facts.routes,
    ...spokenTo(facts.neighbours, words),
    // Without flooding, or with a lock, a bridge drops frames of a hardware address that it does not know there.
    ...facts.fdb.filter(({ dev }) => still.has(dev)),
    ...facts.policyRules,
    ...facts.trafficControl,
    ...facts.listeners.filter(({ protocol, port }) => protocol === 'tcp' && port === shownBy),
  ]
  for (const record of listed) {
    const { of, text } = words.read(JSON.stringify(record))
    if (of.length === 1) records[of[0]!]!.push(text)
    else for (const each of of) words.odd.add(each)
  }
  // Where a gateway is one of the network's containers, nothing compares that container's evidence.
  for (const { gateway, nexthops = [] } of [...facts.routes, ...endpoints.flatMap(({ own }) => own.routes)])
    for (const via of [gateway, ...nexthops.map((nextHop) => nextHop.gateway)]) {
      const word = via === undefined ? undefined : words.wordOf(via)
      if (word?.idle) words.odd.add(word.of)
    }
  const settings = settingsOf(facts.sysctls)
  const ports = groupBy(
    facts.links.filter(({ master, kind }) => master !== undefined && kind !== 'veth'),
    ({ master }) => master!,
  )
  const foreign = new Map(ports.map((group) => [group[0]!.master!, group.map(({ name }) => name)]))
  for (const [at, { network, bridge, port, link, own }] of endpoints.entries()) {
    const others = own.links.filter(({ name }) => name !== link.name)
    const about = [
      [linkOf(bridge), linkOf(port), linkOf(link), others.map(linkOf), network.internal, network.options],
      [own.routes, own.policyRules, spokenTo(own.neighbours, words), own.rules, own.control],
      own.listeners.filter((each) => each.protocol === 'tcp' && each.port === shownBy),
    ]
    const { of, text } = words.read(JSON.stringify(about))
    if (of.some((each) => each !== at)) words.odd.add(at)
    records[at]!.push(
      text,
      JSON.stringify([settings.get(bridge.name), settings.get(port.name), Object.entries(own.sysctls)]),
      // By such a port a frame may leave the bridge to a receiver that the evidence does not show.
      ...(foreign.get(bridge.name) ?? []),
    )
  }
  return records
}

// The simulation checks isolation by connections to this port.
const shownBy = 80

// No other entry decides who receives a frame.
const deciding = ['PERMANENT', 'NOARP', 'FAILED', 'INCOMPLETE']

/** The IPv4 neighbours that packets between endpoints go to. */
const spokenTo = (neighbours: readonly Neighbour[], words: Words): Neighbour[] =>
  neighbours
    .filter(({ address, family }) => family === 4 && words.wordOf(address)?.idle !== true)
    .map((each) => ({ ...each, state: each.state.filter((word) => deciding.includes(word)) }))

/** A link without its name, its numbers and its IPv6 addresses. */
const linkOf = ({ name, index, peerIndex, peerNamespace, addresses, ips, ...rest }: LinkFact) => ({
  ...rest,
  ips: ips.filter(({ family }) => family === 4),
})

/** The kernel's settings by device. */
function settingsOf(sysctls: Facts['sysctls']): ReadonlyMap<string, string[]> {
  const settings = new Map<string, string[]>()
  for (const [key, value] of Object.entries(sysctls)) {
    const [, before, device, name] = key.match(/^net\.(ipv[46]\.(?:conf|neigh))\.(.+)\.([^.]+)$/) ?? []
    if (device === undefined) continue
    const own = settings.get(device) ?? []
    settings.set(device, own)
    own.push(`${before} ${name} ${value}`)
  }
  return settings
}
