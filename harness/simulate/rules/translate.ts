import type { Packet } from '../packet.ts'
import { type AddressNumber, addressNumber, addressText } from './addresses.ts'
import type { Translate } from './compiled.ts'
import type { HookName } from './types.ts'

/** Where a translation leads: the first and the last of some addresses and ports. */
export interface Target {
  addresses?: readonly [string, string]
  ports?: readonly [number, number]
}

/** Addresses that a range is followed through one by one; of a longer one the first and the last. */
const mostAddresses = 4

/** Destinations that a DNAT may give. */
export const toDestination =
  ({ addresses, ports }: Target): Translate =>
  ({ packet }) => {
    const range = ports ?? [packet.destinationPort, packet.destinationPort]
    return addressesOf(addresses, packet.destination).flatMap((destination) =>
      portsOf(range, packet.destinationPort).map((port) => withDestination(packet, destination, port)),
    )
  }

/** Sources that an SNAT may give. The port matters to nobody here, and is kept. */
export const toSource =
  ({ addresses }: Target): Translate =>
  ({ packet }) =>
    addressesOf(addresses, packet.source).map((source) => withSource(packet, source))

/** The address of the device that the packet leaves by; nothing where it has none. */
export const masquerade: Translate = ({ packet, host }) => {
  const nextHop = host.nextHop?.(packet) ?? packet.destination
  const source = host.sourceOn
    ? host.sourceOn(packet.output, packet.family, nextHop)
    : host.addressOf(packet.output, packet.family)
  return source === undefined ? [] : [withSource(packet, source)]
}

/** This host: the address of the device that the packet came in by. Source: linux/net/netfilter/nf_nat_redirect.c. */
export const redirect =
  (ports?: readonly [number, number]): Translate =>
  (context) => {
    const { packet, hook, host } = context
    const loopback = packet.family === 4 ? '127.0.0.1' : '::1'
    const first = host.firstAddress ?? host.addressOf
    const address = hook === 'output' ? loopback : first(packet.input, packet.family)
    return address === undefined
      ? []
      : toDestination({ addresses: [address, address], ...(ports && { ports }) })(context)
  }

/** A network in place of another one, whose hosts keep their numbers. */
export const netmap =
  (low: AddressNumber, high: AddressNumber, side: 'source' | 'destination'): Translate =>
  ({ packet }) => {
    const own = addressNumber(packet[side])
    if (own === undefined || typeof own !== typeof low) return []
    const mask = BigInt(high) - BigInt(low)
    const bits = BigInt(low) | (BigInt(own) & mask)
    const text = addressText(typeof low === 'number' ? Number(bits) : bits)
    return [side === 'source' ? withSource(packet, text) : withDestination(packet, text, packet.destinationPort)]
  }

export function withDestination(packet: Packet, destination: string, destinationPort: number): Packet {
  const same = packet.destination === destination && packet.destinationPort === destinationPort
  // Source: linux/net/netfilter/nf_nat_core.c: a translation to what it is already leaves no trace in the status.
  return same ? packet : { ...packet, destination, destinationPort, dnat: true }
}

export const withSource = (packet: Packet, source: string): Packet =>
  packet.source === source ? packet : { ...packet, source, snat: true }

function addressesOf(range: Target['addresses'], own: string): string[] {
  if (!range) return [own]
  const [low, high] = range.map(addressNumber)
  if (low === undefined || high === undefined || low === high) return [range[0]]
  const count = Number(BigInt(high) - BigInt(low)) + 1
  if (count < 1) return [range[0]]
  const offsets = count > mostAddresses ? [0, count - 1] : Array.from({ length: count }, (_, at) => at)
  return offsets.map((offset) => addressText(typeof low === 'number' ? low + offset : low + BigInt(offset)))
}

// A port within the range is kept; else any of the range may be taken.
function portsOf([low, high]: readonly [number, number], own: number): number[] {
  if (own >= low && own <= high) return [own]
  return low === high ? [low] : [low, high]
}

/** Whether NAT has still to decide on a connection at some hook. Replies go the way that the first packet went. */
export function isOpenToNat(packet: Packet, hook: HookName): boolean {
  if (packet.direction !== 'original' || packet.state !== 'new') return false
  return !(hook === 'prerouting' || hook === 'output' ? packet.destinationBound : packet.sourceBound)
}

/** The packet when NAT is through with it at a hook. */
export const bound = (packet: Packet, hook: HookName): Packet =>
  hook === 'prerouting' || hook === 'output' ? { ...packet, destinationBound: true } : { ...packet, sourceBound: true }
