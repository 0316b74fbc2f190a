import type { LinkFact, Neighbour } from '../../evidence/facts.ts'
import type { Net } from '../net.ts'
import { insideOf } from '../stack.ts'
import { query } from './request.ts'
import { ownerOf, type Segment } from './segment.ts'
import { addressed, meant, type Sender, type Then } from './sender.ts'
import type { State } from './state.ts'
import { unlessUnasked } from './unasked.ts'

/**
 * Finds the receiver of a frame for the neighbour `nextHop`: from the sender's neighbour table, or by a request. Where
 * there is none, notes the drop, and goes on with the intended receiver.
 */
export function findNeighbour(net: Net, state: State, sender: Sender, nextHop: string, next: Then): State[] {
  const { stack, link, segment } = sender
  // dockerd knows a container there whose inside could not be read.
  const hidden = net.homes.get(nextHop) === segment.device.name && !net.readable.has(nextHop)
  if (hidden) return next(state, { is: 'elsewhere', port: undefined })
  const entry = stack.neighbours.find(({ address, dev }) => address === nextHop && dev === link.name)
  const mac = fixed(entry) ?? (lacksArp(link) ? link.mac : undefined)
  // A broadcast frame is taken by the packet's receiver.
  if (mac === 'ff:ff:ff:ff:ff:ff') return next(state, meant(net, segment, stack, nextHop))
  if (mac !== undefined && mac !== '') return bySetting(net, state, sender, nextHop, mac, next)
  const met = state.acquainted.find(
    (each) => each.by === stack.name && each.address === nextHop && each.device === segment.device.name,
  )
  if (met) return next(addressed(state, sender, met.who), met.who)
  const known = entry && isUsable(entry, segment) ? ownerOf(net, segment, entry.mac!) : undefined
  if (known) return next(addressed(state, sender, known), known)
  return query(net, unlessUnasked(stack, state, link.name, nextHop, 'bridge'), sender, nextHop, next)
}

const isUsable = ({ mac, state }: Neighbour, { shared }: Segment): boolean =>
  mac !== undefined && !shared.has(mac) && !state.some((word) => word === 'FAILED' || word === 'INCOMPLETE')

/** The hardware address of a permanent entry. */
const fixed = (entry: Neighbour | undefined): string | undefined =>
  entry?.state.some((word) => word === 'PERMANENT' || word === 'NOARP') ? entry.mac : undefined

// Devices whose frames have addresses; without ARP the kernel uses the sender's own address. Source:
// linux/net/ipv4/arp.c, arp_constructor.
const ethernets = new Set(['bridge', 'veth', 'vlan', 'macvlan', 'bond', 'vxlan', 'dummy'])
export const lacksArp = ({ noarp, kind }: LinkFact): boolean => noarp && ethernets.has(kind)

function bySetting(net: Net, state: State, sender: Sender, nextHop: string, mac: string, next: Then): State[] {
  const { stack, link, segment } = sender
  const owner = ownerOf(net, segment, mac)
  const itself =
    owner && (owner.is === 'host' ? stack.name === '' : owner.is === 'container' && owner.to.container === stack.name)
  if (owner && !itself) return next(addressed(state, sender, owner), owner)
  const who = stack.name === '' ? 'the host' : stack.name
  const message = lacksArp(link)
    ? `ARP is off for ${link.name}: ${who} sends packets for ${nextHop} to itself`
    : `${who} has ${nextHop} set to the hardware address ${mac}, which nothing on ${segment.device.name} has`
  const setting = lacksArp(link)
    ? { name: `${link.name} arp`, value: 'off', ...insideOf(stack) }
    : { name: `ip neigh ${nextHop} dev ${link.name}`, value: mac, ...insideOf(stack) }
  const neighbour = { address: nextHop, isNamed: false }
  const drop = { location: 'bridge', end: 'no-neighbour', message, neighbour, setting } as const
  return next(state, { is: 'nobody', drop, meant: meant(net, segment, stack, nextHop) })
}
