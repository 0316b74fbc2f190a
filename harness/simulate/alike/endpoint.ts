import type { ContainerNamespace, LinkFact, NetworkFact } from '../../evidence/facts.ts'
import { parsePrefix } from '../../lib/ip.ts'
import type { Member } from '../members.ts'
import type { Net } from '../net.ts'

/** Where a network's packets begin and end: the container that represents the network, and its link. */
export interface Endpoint {
  network: NetworkFact
  address: string
  own: ContainerNamespace
  /** Inside the container. */
  link: LinkFact
  /** The host's end of that link, a port of the bridge. */
  port: LinkFact
  bridge: LinkFact
}

/** The network's endpoint at one container; undefined where anything about it is unusual. */
export function endpointOf({ network, container, address }: Member, net: Net): Endpoint | undefined {
  const bridge = net.host.links.get(network.bridge)
  const own = net.inside.get(container.name)
  const holders = net.holders.get(network.bridge)?.get(address) ?? []
  const [attachment] = holders
  const subnets = network.subnets.filter((subnet) => parsePrefix(subnet)?.family === 4)
  if (!bridge || !own?.read || !attachment || holders.length > 1 || subnets.length > 1) return undefined
  if (attachment.container !== container.name || attachment.device.master !== bridge.name) return undefined
  // A device without an address borrows another device's.
  if (!bridge.ips.some(({ family }) => family === 4) || parsePrefix(network.subnet)?.family !== 4) return undefined
  return { network, address, own, link: attachment.link, port: attachment.device, bridge }
}
