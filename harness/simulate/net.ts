import { containerAddresses } from '../evidence/container-addresses.ts'
import type { ContainerNamespace, Facts, LinkFact, TrafficControl } from '../evidence/facts.ts'
import { blindSpots } from './blind-spots.ts'
import { buildFirewall, type Doubt, type Firewall, type HostView } from './rules/index.ts'
import { type SegmentRules, segmentRules } from './segments.ts'
import { addressOf, addressType, containerStack, deviceOf, hostStack, isLocal, type Stack } from './stack.ts'

/** A container's end of a link, and the host's device at its other end. */
export interface Attachment {
  container: string
  /** Inside the container. */
  link: LinkFact
  /** On the host. */
  device: LinkFact
}

/** A host and its containers, ready for packets. */
export interface Net {
  facts: Facts
  host: Stack
  containers: ReadonlyMap<string, Stack>
  firewall: Firewall
  /** By the name of the host's device. */
  attachments: ReadonlyMap<string, Attachment>
  /** By container, and the name of the link inside. */
  ends: ReadonlyMap<string, ReadonlyMap<string, Attachment>>
  /** Each container's own evidence, by its name. */
  inside: ReadonlyMap<string, ContainerNamespace>
  /** Traffic control and programs on a link, besides netfilter's hooks, by the link's name. */
  control: ReadonlyMap<string, TrafficControl>
  /** The ports of each bridge. */
  ports: ReadonlyMap<string, readonly LinkFact[]>
  /**
   * By bridge, or by device outside all bridges: the containers on it, by each of their addresses on any of their
   * links.
   */
  holders: ReadonlyMap<string, ReadonlyMap<string, readonly Attachment[]>>
  /** The bridge of each container's address. */
  homes: ReadonlyMap<string, string>
  /** The addresses of containers whose inside was read: those they have, and those dockerd gave them. */
  readable: ReadonlySet<string>
  /** What the evidence lacks. It may affect every packet. */
  blind: readonly Doubt[]
  segments: SegmentRules
  /** The host was made for a test: every address on its links exists, and answers only where a program listens. */
  isExact: boolean
}

/** A host's evidence as a net in which packets can be simulated. */
export function buildNet(facts: Facts, options: { isExact?: boolean } = {}): Net {
  const host = hostStack(facts)
  const containers = new Map(
    facts.containers.filter(({ read }) => read).map((own) => [own.container, containerStack(own)]),
  )
  const attachments = new Map<string, Attachment>()
  for (const { container, links } of facts.containers)
    for (const link of links) {
      const device = link.peerIndex === undefined ? undefined : host.byIndex.get(link.peerIndex)
      if (device?.kind === 'veth' && link.kind === 'veth') attachments.set(device.name, { container, link, device })
    }
  const ports = new Map<string, LinkFact[]>()
  for (const link of facts.links)
    if (link.master !== undefined) {
      const own = ports.get(link.master)
      if (own) own.push(link)
      else ports.set(link.master, [link])
    }
  return {
    facts,
    host,
    containers,
    firewall: buildFirewall(facts, viewOf(host, facts)),
    attachments,
    ends: endsOf(attachments),
    inside: firstBy(facts.containers, ({ container }) => container),
    control: firstBy(facts.trafficControl, ({ link }) => link),
    ports,
    holders: holdersOf(attachments, facts),
    homes: homesOf(facts),
    readable: readableOf(facts),
    blind: blindSpots(facts),
    segments: segmentRules(facts),
    isExact: options.isExact ?? false,
  }
}

const nets = new WeakMap<Facts, Net>()

/** The net of a host's facts, built once, so that its rules are compiled once for all simulations. */
export function netOf(facts: Facts): Net {
  const known = nets.get(facts)
  if (known) return known
  const net = buildNet(facts)
  nets.set(facts, net)
  return net
}

function endsOf(attachments: ReadonlyMap<string, Attachment>): Map<string, Map<string, Attachment>> {
  const ends = new Map<string, Map<string, Attachment>>()
  for (const attachment of attachments.values()) {
    const { container, link } = attachment
    const own = ends.get(container) ?? new Map<string, Attachment>()
    ends.set(container, own)
    if (!own.has(link.name)) own.set(link.name, attachment)
  }
  return ends
}

/** The first item of each name. */
const firstBy = <T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T> =>
  new Map(items.toReversed().map((item) => [nameOf(item), item]))

function holdersOf(
  attachments: ReadonlyMap<string, Attachment>,
  { containers }: Facts,
): Map<string, Map<string, Attachment[]>> {
  const addresses = new Map(
    containers.map(({ container, links }) => [
      container,
      links.filter(({ loopback }) => !loopback).flatMap(({ ips }) => ips.map(({ address }) => address)),
    ]),
  )
  const holders = new Map<string, Map<string, Attachment[]>>()
  for (const attachment of attachments.values()) {
    const { device, container } = attachment
    const name = device.master ?? device.name
    const own = holders.get(name) ?? new Map<string, Attachment[]>()
    holders.set(name, own)
    for (const address of addresses.get(container) ?? []) own.set(address, [...(own.get(address) ?? []), attachment])
  }
  return holders
}

function readableOf({ containers, docker }: Facts): Set<string> {
  const read = new Set(containers.flatMap(({ container, read }) => (read ? [container] : [])))
  const given = docker.containers.flatMap((each) => (read.has(each.name) ? containerAddresses(each) : []))
  const had = containers.flatMap(({ links }) => links.flatMap(({ ips }) => ips.map(({ address }) => address)))
  return new Set([...had, ...given.filter((address) => address !== '')])
}

function homesOf({ docker }: Facts): Map<string, string> {
  const bridges = new Map(docker.networks.map(({ name, bridge }) => [name, bridge]))
  return new Map(
    docker.containers.flatMap(({ addresses, addresses6 }) =>
      [...Object.entries(addresses), ...Object.entries(addresses6)].flatMap(
        ([network, address]): [string, string][] => {
          const bridge = bridges.get(network)
          return bridge !== undefined && address !== '' ? [[address, bridge]] : []
        },
      ),
    ),
  )
}

function viewOf(host: Stack, { conntrack, ipsec, sections }: Facts): HostView {
  return {
    isLocal: (address, device) =>
      isLocal(host, address) && (device === undefined || deviceOf(host, address)?.name === device),
    addressType: (address) => addressType(host, address),
    addressOf: (device, family) => addressOf(host, device, family),
    // A rule's route lookup ignores protocol and ports. Source: linux/net/ipv4/netfilter/nft_fib_ipv4.c.
    routeDevice: ({ family, source, destination, input, mark }) => {
      const key = { source, destination, protocol: '', sourcePort: 0, destinationPort: 0, mark: mark ?? 0 }
      const [found] = host.fib[family].lookup({ ...key, input: input || 'lo' })
      return found?.type === 'local' ? 'lo' : found?.route?.dev
    },
    ...(conntrack.count !== undefined && { conntrackCount: conntrack.count }),
    ...(sections.ipsec?.status === 'ok' && { hasIpsec: ipsec.some(({ transforms }) => transforms) }),
    primaryMark: 0,
  }
}
