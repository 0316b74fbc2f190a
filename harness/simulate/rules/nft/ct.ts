import { addressNumber } from '../addresses.ts'
import type { Context } from '../compiled.ts'
import { protocolNumber, unknownMark } from '../packet-view.ts'
import { hasTemplate, isTracked, stateOf, statusOf } from '../tracking.ts'
import { unknown } from '../truth.ts'
import { type Kind, kinds } from './kinds.ts'
import { absent, type Expression, type Reading } from './reading.ts'

const unread = (what: string): Reading => unknown('other', `ct ${what}`, `The connection’s ${what} is not known.`)
const address = (text: string): Reading => addressNumber(text) ?? unread('address')

type Read = (context: Context, direction: 'original' | 'reply') => Reading

const keys: Record<string, [Kind, Read]> = {
  status: [kinds.status, (context) => ({ ...statusOf(context), of: 'ct status' })],
  mark: [kinds.mark, ({ packet }) => packet.ctMark ?? unknownMark('ctMark')],
  direction: [kinds.direction, ({ packet }) => (packet.direction === 'reply' ? 1 : 0)],
  protocol: [kinds.protocol, ({ packet }) => protocolNumber(packet) ?? absent],
  l3proto: [kinds.family, ({ packet }) => (packet.family === 6 ? 10 : 2)],
  'proto-src': [kinds.port, (context, direction) => endOf(context, direction, 'source').port],
  'proto-dst': [kinds.port, (context, direction) => endOf(context, direction, 'destination').port],
}

/** `ct [DIRECTION] KEY`; undefined where the key is not modelled. Source: linux/net/netfilter/nft_ct.c. */
export function ctExpression(ct: unknown): Expression | undefined {
  const { key, dir } = (ct ?? {}) as Record<string, unknown>
  if (key === 'state')
    return { kinds: [kinds.state], read: (context) => (hasTemplate(context) ? unread('state') : stateOf(context)) }
  if (typeof key !== 'string') return undefined
  const end = /^(?:(ip6?) )?(saddr|daddr)$/.exec(key)
  const [kind, read] = end ? endpoint(end[1], end[2]!) : (Object.hasOwn(keys, key) && keys[key]) || []
  if (!kind || !read) return undefined
  const direction = dir === 'reply' ? 'reply' : 'original'
  return {
    kinds: [kind],
    read: (context) => (hasTemplate(context) ? unread(key) : isTracked(context) ? read(context, direction) : absent),
  }
}

function endpoint(family: string | undefined, which: string): [Kind, Read] {
  const kind = family === 'ip6' ? kinds.ipv6 : kinds.ipv4
  const version = family === 'ip6' ? 6 : 4
  const side = which === 'saddr' ? 'source' : 'destination'
  const read: Read = (context, direction) =>
    family !== undefined && context.packet.family !== version ? absent : endOf(context, direction, side).address
  return [kind, read]
}

/**
 * The address and port of one end of a connection, in its first packet's tuple or its answers' tuple. The answers'
 * tuple changes with each translation.
 */
export function endOf(
  { packet }: Context,
  direction: 'original' | 'reply',
  side: 'source' | 'destination',
): { address: Reading; port: Reading } {
  const { originalSource, originalDestination, originalDestinationPort, snat, dnat } = packet
  const forth = packet.direction === 'original'
  if (direction === 'original' && side === 'destination')
    return { address: address(originalDestination), port: originalDestinationPort }
  if (direction === 'original') {
    const port = forth ? packet.sourcePort : packet.destinationPort
    return { address: address(originalSource), port: snat ? unread('port') : port }
  }
  // An answer goes from the first packet's final destination to that packet's final source.
  const known = side === 'source' ? forth || !dnat : forth || !snat
  if (!known) return { address: unread('answering address'), port: unread('answering port') }
  const [end, port] =
    (side === 'source') === forth ? [packet.destination, packet.destinationPort] : [packet.source, packet.sourcePort]
  return { address: address(end), port }
}
