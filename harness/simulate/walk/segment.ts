import type { LinkFact } from '../../evidence/facts.ts'
import type { Drop } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'

/** The receiver of frames on a link: the host, a container, or an unknown machine behind a bridge port. */
export type Receiver =
  | { is: 'host' }
  /** `queried`: the sender did not know its hardware address, and requested it. */
  | { is: 'container'; to: Attachment; queried?: true }
  | { is: 'elsewhere'; port: LinkFact | undefined }

/**
 * A frame's receiver. Undefined: nothing takes the frame, unless the host changes the packet's destination on its way.
 */
export type Target = Receiver | { is: 'nobody'; drop: Omit<Drop, 'way'>; meant: Receiver | undefined }

/** One of the host's links with everything on it: a bridge and its ports, or the two ends of a container's link. */
export interface Segment {
  /** The host's own device on the link. */
  device: LinkFact
  bridged: boolean
  /** The containers on the link. */
  attachments: readonly Attachment[]
  /** Bridge ports without a container. */
  foreign: readonly LinkFact[]
  /** Hardware addresses that more than one of the containers has, or a container and the bridge. */
  shared: ReadonlySet<string>
}

/** The segment of a bridge, or of the host's end of a container's link. */
export function segmentOf(net: Net, device: LinkFact): Segment {
  const own = segments.get(net) ?? new Map<LinkFact, Segment>()
  if (own.size === 0) segments.set(net, own)
  const known = own.get(device)
  if (known) return known
  const segment = build(net, device)
  own.set(device, segment)
  return segment
}

// Two nets may share a device and have different containers on it.
const segments = new WeakMap<Net, Map<LinkFact, Segment>>()

function build(net: Net, device: LinkFact): Segment {
  const own = net.attachments.get(device.name)
  if (own) return { device, bridged: false, attachments: [own], foreign: [], shared: new Set() }
  const ports = net.ports.get(device.name) ?? []
  const attachments = ports.flatMap(({ name }) => net.attachments.get(name) ?? [])
  const macs = [device.mac, ...attachments.map(({ link }) => link.mac)].filter((mac) => mac !== '')
  return {
    device,
    bridged: device.kind === 'bridge',
    attachments,
    foreign: ports.filter(({ name }) => !net.attachments.has(name)),
    shared: new Set(macs.filter((mac, at) => macs.indexOf(mac) < at)),
  }
}

/** The drop of packets to or from a container's link outside all bridges. */
export const unplugged = (device: string): Omit<Drop, 'way'> => ({
  location: 'bridge',
  end: 'no-link',
  message: `${device}, the host’s end of a container’s link, is a port of no bridge`,
  setting: { name: `${device} master`, value: 'none' },
})

/** The owner of a hardware address on a segment; undefined where there is none. */
export function ownerOf(net: Net, { device, attachments, foreign }: Segment, mac: string): Receiver | undefined {
  const to = attachments.find(({ link }) => link.mac === mac)
  if (to) return { is: 'container', to }
  // The bridge takes frames for itself or for any of its ports' addresses.
  if (device.mac === mac || (net.ports.get(device.name) ?? []).some((port) => port.mac === mac)) return { is: 'host' }
  const port = foreign.find(({ name }) => net.facts.fdb.some((entry) => entry.mac === mac && entry.dev === name))
  return port && { is: 'elsewhere', port }
}

/** The container that has an address on a bridge; undefined where no known container does. */
export const holderOn = (net: Net, bridge: string, address: string): Attachment | undefined =>
  net.holders
    .get(bridge)
    ?.get(address)
    ?.find(({ link }) => link.ips.some((ip) => ip.address === address))

/**
 * Whether a bridge sends frames for a hardware address out by a port. Source: linux/net/bridge/br_forward.c, br_flood.
 */
export const isFound = (net: Net, port: LinkFact, mac: string): boolean =>
  port.port?.flood !== false || port.port.learning !== false || isKnown(net, port, mac)

/** Whether a bridge's table has a hardware address behind a port. */
export const isKnown = ({ facts }: Net, { name }: LinkFact, mac: string): boolean =>
  facts.fdb.some((entry) => entry.dev === name && entry.mac === mac && entry.master !== undefined)
