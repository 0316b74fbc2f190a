import { addressNumber } from '../addresses.ts'
import type { Context } from '../compiled.ts'
import { protocolNumber, tcpFlags } from '../packet-view.ts'
import { isTransfer } from '../transfers.ts'
import { unknown } from '../truth.ts'
import { type Kind, kinds, macNumber } from './kinds.ts'
import { etherType } from './meta.ts'
import { absent, type Expression, type Reading } from './reading.ts'

type Packet = Context['packet']
type Read = (packet: Packet) => Reading
interface Header {
  has: (packet: Packet) => boolean
  hasAt?: (context: Context) => boolean
  fields: Fields
}
type Fields = Record<string, [Kind, Read]>

const unread = (what: string): Reading => unknown('other', what, `The packet’s ${what} is not known.`)
const address = (text: string): Reading => addressNumber(text) ?? unread('address')
const mac = (text: string): Reading => macNumber(text) ?? unread('hardware address')
const ports: Fields = {
  sport: [kinds.port, ({ sourcePort }) => sourcePort],
  dport: [kinds.port, ({ destinationPort }) => destinationPort],
}

// Headers by name, and which packets have them.
const headers: Record<string, Header> = {
  ip: {
    has: ({ family, protocol }) => family === 4 && protocol !== 'arp',
    fields: {
      saddr: [kinds.ipv4, ({ source }) => address(source)],
      daddr: [kinds.ipv4, ({ destination }) => address(destination)],
      protocol: [kinds.protocol, (packet) => protocolNumber(packet) ?? absent],
      length: [kinds.integer, (packet) => (isTransfer(packet) ? unread('length') : packet.length)],
      version: [kinds.integer, () => 4],
      hdrlength: [kinds.integer, () => 5],
      'frag-off': [kinds.integer, ({ dontFragment }) => (dontFragment ? 0x4000 : 0)],
    },
  },
  ip6: {
    has: ({ family, protocol }) => family === 6 && protocol !== 'arp',
    fields: {
      saddr: [kinds.ipv6, ({ source }) => address(source)],
      daddr: [kinds.ipv6, ({ destination }) => address(destination)],
      nexthdr: [kinds.protocol, (packet) => protocolNumber(packet) ?? absent],
      length: [kinds.integer, (packet) => (isTransfer(packet) ? unread('length') : packet.length - 40)],
      version: [kinds.integer, () => 6],
    },
  },
  tcp: {
    has: ({ protocol }) => protocol === 'tcp',
    fields: { ...ports, flags: [kinds.tcpFlags, (packet) => tcpFlags(packet) ?? unread('TCP flags')] },
  },
  udp: {
    has: ({ protocol }) => protocol === 'udp',
    fields: { ...ports, length: [kinds.integer, ({ length, family }) => length - (family === 4 ? 20 : 40)] },
  },
  icmp: {
    has: ({ protocol }) => protocol === 'icmp',
    fields: { type: [kinds.icmp, ({ icmpType }) => icmpType], code: [kinds.icmpCode, ({ icmpCode }) => icmpCode] },
  },
  icmpv6: {
    has: ({ protocol }) => protocol === 'icmpv6',
    fields: { type: [kinds.icmpv6, ({ icmpType }) => icmpType], code: [kinds.icmpCode, ({ icmpCode }) => icmpCode] },
  },
  // Whatever the transport is, the rule reads the bytes at the ports' offset.
  th: {
    has: ({ protocol }) => protocol !== 'arp',
    fields: {
      sport: [kinds.port, ({ protocol, sourcePort }) => (hasPorts(protocol) ? sourcePort : unread('ICMP header'))],
      dport: [
        kinds.port,
        ({ protocol, destinationPort }) => (hasPorts(protocol) ? destinationPort : unread('ICMP header')),
      ],
    },
  },
  ether: {
    has: () => true,
    // At IP's hooks the host's own packets have no such header yet, and `lo` is not Ethernet.
    hasAt: ({ family, packet }) => (family !== 'ip' && family !== 'ip6') || !(packet.local || packet.input === 'lo'),
    fields: {
      saddr: [kinds.mac, ({ sourceMac }) => mac(sourceMac)],
      daddr: [kinds.mac, ({ destinationMac }) => mac(destinationMac)],
      type: [kinds.etherType, etherType],
    },
  },
  arp: {
    has: ({ protocol }) => protocol === 'arp',
    fields: {
      operation: [kinds.arpOperation, ({ direction }) => (direction === 'reply' ? 2 : 1)],
      htype: [kinds.integer, () => 1],
      ptype: [kinds.etherType, () => 0x800],
      hlen: [kinds.integer, () => 6],
      plen: [kinds.integer, () => 4],
      'saddr ip': [kinds.ipv4, ({ source }) => address(source)],
      'daddr ip': [kinds.ipv4, ({ destination }) => address(destination)],
      'saddr ether': [kinds.mac, ({ sourceMac }) => mac(sourceMac)],
    },
  },
}

const hasPorts = (protocol: Packet['protocol']): boolean => protocol === 'tcp' || protocol === 'udp'

// Headers that no simulated packet has.
const foreign = new Set(['udplite', 'sctp', 'dccp', 'ah', 'esp', 'comp', 'igmp', 'vlan', 'gre', 'geneve', 'vxlan'])

/** The expression of a header's field; undefined where it is not modelled. */
export function payloadExpression(payload: unknown): Expression | undefined {
  const { protocol, field, base, offset, len } = (payload ?? {}) as Record<string, unknown>
  if (base !== undefined) return rawExpression(base, offset, len)
  if (typeof protocol !== 'string' || typeof field !== 'string') return undefined
  if (foreign.has(protocol)) return { kinds: [kinds.integer], read: () => absent }
  const header = Object.hasOwn(headers, protocol) ? headers[protocol] : undefined
  if (!header) return undefined
  const [kind, read] = header.fields[field] ?? [kinds.integer, () => unread(`${protocol} ${field}`)]
  const there = (context: Context): boolean => header.has(context.packet) && (header.hasAt?.(context) ?? true)
  return { kinds: [kind], read: (context) => (there(context) ? read(context.packet) : absent) }
}

/** Bits at an offset of a header: only those of ports are known. */
function rawExpression(base: unknown, offset: unknown, len: unknown): Expression | undefined {
  const location = `@${base},${offset},${len}`
  const field = { '@th,0,16': 'sport', '@th,16,16': 'dport' }[location]
  if (field) return payloadExpression({ protocol: 'th', field })
  return { kinds: [kinds.integer], read: () => unread(`bits at ${location}`) }
}
