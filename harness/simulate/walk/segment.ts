import type { LinkFact } from '../../evidence/facts.ts'
import type { Drop } from '../flow.ts'
import type { Attachment, Net } from '../net.ts'

/** Who takes frames on a link: the host, a container, or somebody behind a port of the bridge who is not seen. */
export type Receiver =
  | { is: 'host' }
  /** `asked`: its hardware address was asked for, and not known. */
  | { is: 'container'; to: Attachment; asked?: true }
  | { is: 'elsewhere'; port: LinkFact | undefined }

/** Who a frame is sent to. Nobody takes it unless the host gives the packet another destination on its way. */
export type Target = Receiver | { is: 'nobody'; drop: Omit<Drop, 'way'>; meant: Receiver | undefined }

/** A link of the host's with all who are on it: a bridge and its ports, or the two ends of one container's link. */
export interface Segment {
  /** The host's device on it. */
  device: LinkFact
  bridged: boolean
  /** The containers on it. */
  attachments: readonly Attachment[]
  /** Ports of the bridge that lead to no container. */
  foreign: readonly LinkFact[]
}

/** The segment of a bridge, or of the host's end of a container's link. */
export function segmentOf(net: Net, device: LinkFact): Segment {
  const known = segments.get(device)
  if (known) return known
  const segment = build(net, device)
  segments.set(device, segment)
  return segment
}

const segments = new WeakMap<LinkFact, Segment>()

function build(net: Net, device: LinkFact): Segment {
  const own = net.attachments.get(device.name)
  if (own) return { device, bridged: false, attachments: [own], foreign: [] }
  const ports = net.ports.get(device.name) ?? []
  return {
    device,
    bridged: device.kind === 'bridge',
    attachments: ports.flatMap(({ name }) => net.attachments.get(name) ?? []),
    foreign: ports.filter(({ name }) => !net.attachments.has(name)),
  }
}

/** The end of what is for or from a container's link that stands in no bridge. */
export const unplugged = (device: string): Omit<Drop, 'way'> => ({
  location: 'bridge',
  end: 'no-link',
  message: `${device}, the host’s end of a container’s link, is a port of no bridge`,
  setting: { name: `${device} master`, value: 'none' },
})

/** Who on a segment has a hardware address; undefined where nobody does. */
export function ownerOf(net: Net, { device, attachments, foreign }: Segment, mac: string): Receiver | undefined {
  const to = attachments.find(({ link }) => link.mac === mac)
  if (to) return { is: 'container', to }
  // The bridge takes what is for itself or for any of its ports.
  if (device.mac === mac || (net.ports.get(device.name) ?? []).some((port) => port.mac === mac)) return { is: 'host' }
  const port = foreign.find(({ name }) => net.facts.fdb.some((entry) => entry.mac === mac && entry.dev === name))
  return port && { is: 'elsewhere', port }
}

/** Who on a bridge has an address: a container, or undefined where nobody that can be seen does. */
export const holderOn = (net: Net, bridge: string, address: string): Attachment | undefined =>
  net.holders
    .get(bridge)
    ?.get(address)
    ?.find(({ link }) => link.ips.some((ip) => ip.address === address))

/** Whether frames for one hardware address find their way out by a port of a bridge. Source: linux/net/bridge/br_forward.c, br_flood. */
export const isFound = ({ facts }: Net, { name, port }: LinkFact, mac: string): boolean =>
  port?.flood !== false ||
  port.learning !== false ||
  facts.fdb.some((entry) => entry.dev === name && entry.mac === mac && entry.master !== undefined)
