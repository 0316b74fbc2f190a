import type { Packet } from '../packet.ts'
import { type AddressNumber, addressNumber, addressText } from './addresses.ts'
import type { Translate } from './compiled.ts'
import { type Unknown, unknown } from './truth.ts'
import type { HookName } from './types.ts'

/** A translation's target: the first and last of a range of addresses and ports. */
export interface Target {
  addresses?: readonly [string, string]
  ports?: readonly [number, number]
}

const fewPorts = 64

/**
 * Whether so few source ports may all be in use: NAT drops a connection for which none is free. Source:
 * linux/net/netfilter/nf_nat_core.c, get_unique_tuple.
 */
export function scarce(ports: readonly [number, number] | undefined): { scarce: Unknown } | undefined {
  if (ports === undefined) return undefined
  const [low, high] = ports
  const count = high - low + 1
  if (count >= fewPorts) return undefined
  const which =
    count === 1
      ? `source port ${low}, the only one that the rule allows,`
      : `one of the ${count} source ports that the rule allows`
  const message = `Whether ${which} is free depends on other connections.`
  return { scarce: unknown('limit', `source ports ${low}-${high}`, message, 'conntrack -L') }
}

/** The simulation follows each address of a range up to this length; of a longer range the first and the last. */
const mostAddresses = 4

/** The packets that a DNAT may make. */
export const toDestination =
  ({ addresses, ports }: Target): Translate =>
  ({ packet }) => {
    const range = ports ?? [packet.destinationPort, packet.destinationPort]
    return addressesOf(addresses, packet.destination).flatMap((destination) =>
      portsOf(range, packet.destinationPort).map((port) => withDestination(packet, destination, port)),
    )
  }

/** The packets that an SNAT may make. Their source port does not matter here, and stays. */
export const toSource =
  ({ addresses }: Target): Translate =>
  ({ packet }) =>
    addressesOf(addresses, packet.source).map((source) => withSource(packet, source))

/** Masquerade: the address of the output device; no packet where the device has none. */
export const masquerade: Translate = ({ packet, host }) => {
  const nextHop = host.nextHop?.(packet) ?? packet.destination
  const source = host.sourceOn
    ? host.sourceOn(packet.output, packet.family, nextHop)
    : host.addressOf(packet.output, packet.family)
  return source === undefined ? [] : [withSource(packet, source)]
}

/** Redirect to this host: the address of the input device. Source: linux/net/netfilter/nf_nat_redirect.c. */
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

/** NETMAP: replaces the network and keeps the host part. */
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
  // Source: linux/net/netfilter/nf_nat_core.c: a translation to the present value leaves the status unchanged.
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

// The kernel keeps a port within the range; otherwise it may choose any of the range.
function portsOf([low, high]: readonly [number, number], own: number): number[] {
  if (own >= low && own <= high) return [own]
  return low === high ? [low] : [low, high]
}

/** Whether NAT still has to decide on a connection at a hook. Replies follow the first packet's translation. */
export function isOpenToNat(packet: Packet, hook: HookName): boolean {
  if (packet.direction !== 'original' || packet.state !== 'new') return false
  return !(hook === 'prerouting' || hook === 'output' ? packet.destinationBound : packet.sourceBound)
}

/** The packet after NAT's decision at a hook. */
export const bound = (packet: Packet, hook: HookName): Packet =>
  hook === 'prerouting' || hook === 'output' ? { ...packet, destinationBound: true } : { ...packet, sourceBound: true }
