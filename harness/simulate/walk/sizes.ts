import type { Origin } from '../flow.ts'
import type { Net } from '../net.ts'

// Machines elsewhere have links of this size, unless the host's own uplink shows more.
const usual = 1500

/** Bytes of the largest packet that a flow's sender sends by its own link. */
export function sentBy(from: Origin, net: Net): number {
  if (from.at === 'outside') return uplinkOf(from.device, net) ?? usual
  return from.at === 'host' ? usual : largestOf(from.container, net)
}

/** Bytes of the largest packet that a flow's sender accepts; the other end learns that when their connection starts. */
export const acceptedBy = (from: Origin, net: Net): number =>
  from.at === 'outside' ? Math.max(usual, uplinkOf(from.device, net) ?? usual) : sentBy(from, net)

/** Bytes of the largest packet that a container's links take. */
export function largestOf(container: string, { containers }: Net): number {
  const links = [...(containers.get(container)?.links.values() ?? [])].filter(({ loopback }) => !loopback)
  return Math.max(...links.map(({ mtu }) => mtu), 576)
}

const uplinkOf = (device: string, { host }: Net): number | undefined => host.links.get(device)?.mtu
