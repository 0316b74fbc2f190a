import type { Packet } from '../../packet.ts'
import { addressText } from '../addresses.ts'
import type { Context, Operation } from '../compiled.ts'
import { liveFor, trackIn } from '../remembered.ts'
import { expressionOf } from './expression.ts'
import { kinds, scalarOf } from './kinds.ts'
import { isAbsent, type Reading } from './reading.ts'
import type { Scope } from './scope.ts'

type Json = Record<string, unknown>

/** The effect of `KEY set VALUE` on a packet; undefined where it cannot be read. */
export function mangleOperation(json: unknown, scope: Scope): Operation | undefined {
  const { key, value } = (json ?? {}) as { key?: Json; value?: unknown }
  if (typeof key !== 'object' || key === null || value === undefined) return undefined
  if ('tcp option' in key) return { does: 'clamp' }
  const name = String((key.meta as Json | undefined)?.key ?? (key.ct as Json | undefined)?.key ?? '')
  if (name === 'mark') return marking('meta' in key ? 'mark' : 'ctMark', value, scope)
  if ('ct' in key && name === 'zone') return zoned((key.ct as Json).dir, value)
  // Priorities, classes, labels: no simulated packet depends on them.
  if ('meta' in key || 'ct' in key) return unchanging
  return 'payload' in key ? rewriting(key.payload as Json, value) : undefined
}

function zoned(direction: unknown, value: unknown): Operation | undefined {
  const id = scalarOf(value, kinds.integer)
  const side = direction === 'original' || direction === 'reply' ? direction : undefined
  return typeof id === 'number' ? trackIn(id, side) : undefined
}

/** An operation without effect on the packet's path. */
export const unchanging: Operation = { does: 'change', change: ({ packet }) => packet }

function marking(of: 'mark' | 'ctMark', value: unknown, scope: Scope): Operation {
  const constant = scalarOf(value, kinds.mark)
  const read = constant === undefined ? expressionOf(value, scope).read : () => constant
  const change = (context: Context): Packet => {
    const reading: Reading = read(context)
    // Where the packet lacks the value, the mark stays as it is.
    if (isAbsent(reading)) return context.packet
    return withMark(context.packet, of, typeof reading === 'number' ? reading >>> 0 : undefined)
  }
  return { does: 'change', change }
}

/** The packet with another mark, or another mark of its connection. */
export const withMark = (packet: Packet, of: 'mark' | 'ctMark', mark: number | undefined): Packet =>
  packet[of] === mark ? packet : { ...packet, [of]: mark }

/** Overwrites a header; conntrack does not notice. */
function rewriting({ protocol, field }: Json, value: unknown): Operation | undefined {
  const name = `${protocol} ${field}`
  const side = String(field).startsWith('s') ? 'source' : 'destination'
  if (/^ip6? [sd]addr$/.test(name)) {
    const number = scalarOf(value, protocol === 'ip6' ? kinds.ipv6 : kinds.ipv4)
    if (number === undefined || typeof number === 'string') return undefined
    const family = protocol === 'ip6' ? 6 : 4
    const text = addressText(number)
    const change = ({ packet }: Context): Packet => (packet.family === family ? { ...packet, [side]: text } : packet)
    return { does: 'change', change }
  }
  if (/^(tcp|udp|th) [sd]port$/.test(name)) {
    const number = scalarOf(value, kinds.port)
    if (typeof number !== 'number') return undefined
    const port = side === 'source' ? 'sourcePort' : 'destinationPort'
    return { does: 'change', change: ({ packet }) => ({ ...packet, [port]: number }) }
  }
  if (/^ether [sd]addr$/.test(name)) {
    const mac = side === 'source' ? 'sourceMac' : 'destinationMac'
    return { does: 'change', change: ({ packet }) => ({ ...packet, [mac]: typeof value === 'string' ? value : '' }) }
  }
  if (name === 'ip ttl' || name === 'ip6 hoplimit') {
    const left = scalarOf(value, kinds.integer)
    return typeof left === 'number' ? liveFor(protocol === 'ip6' ? 6 : 4, () => left) : undefined
  }
  return ['ip dscp', 'ip ecn', 'ip6 dscp', 'ip6 ecn', 'ip id'].includes(name) ? unchanging : undefined
}
