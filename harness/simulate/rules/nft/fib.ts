import type { Context } from '../compiled.ts'
import { inputOf, outputOf } from '../packet-view.ts'
import type { HostView } from '../types.ts'
import { kinds } from './kinds.ts'
import { absent, type Expression, type Reading } from './reading.ts'

/** `fib saddr . iif oif`; undefined where malformed. Source: linux/net/ipv4/netfilter/nft_fib_ipv4.c. */
export function fibExpression(fib: unknown, compared: unknown): Expression | undefined {
  const { result, flags } = (fib ?? {}) as { result?: unknown; flags?: unknown }
  const parts = typeof flags === 'string' ? [flags] : flags
  if (!Array.isArray(parts)) return undefined
  const side = parts.includes('saddr') ? 'source' : parts.includes('daddr') ? 'destination' : undefined
  if (!side) return undefined
  const device = (context: Context): string | undefined =>
    parts.includes('iif') ? inputOf(context) : parts.includes('oif') ? outputOf(context) : undefined
  if (result === 'type') {
    const read = (context: Context): Reading => typeOf(context, context.packet[side], device(context))
    return { kinds: [kinds.addressType], read }
  }
  if (result !== 'oif' && result !== 'oifname') return undefined
  const read = (context: Context): Reading =>
    context.packet.protocol === 'arp' ? absent : routeBack(context, side, device(context), parts.includes('mark'))
  if (typeof compared !== 'boolean') return { kinds: [kinds.text], read: (context) => nameOf(read(context), result) }
  return { kinds: [kinds.flag], read: (context) => (read(context) === '' ? 0 : 1) }
}

// As an index, no device is 0.
const nameOf = (reading: Reading, result: string): Reading => (reading === '' && result === 'oif' ? '0' : reading)

const typeNumbers: Record<string, number> = kinds.addressType.symbols ?? {}

function typeOf({ host, packet }: Context, address: string, device: string | undefined): Reading {
  if (packet.protocol === 'arp') return absent
  return typeNumbers[addressTypeFor(host, address, device)] ?? 0
}

/** An address's type; seen from one device, another device's own address is an ordinary one. */
export function addressTypeFor(host: HostView, address: string, device: string | undefined): string {
  const type = host.addressType(address, device)
  return type === 'local' && device !== undefined && !host.isLocal(address, device) ? 'unicast' : type
}

/**
 * The device of the route to one of the packet's ends; '' where there is no route, or where it is not the required
 * device.
 */
function routeBack(
  context: Context,
  side: 'source' | 'destination',
  device: string | undefined,
  marked: boolean,
): string {
  const { packet, host, hook } = context
  const other = side === 'source' ? 'destination' : 'source'
  if (inputOf(context) === 'lo' && hook !== 'output') return 'lo'
  const back = {
    ...packet,
    destination: packet[side],
    source: packet[other],
    input: '',
    mark: marked ? packet.mark : 0,
  }
  const found = host.routeDevice(back)
  if (found === undefined || found === 'lo') return ''
  return device === undefined || device === found ? found : ''
}
