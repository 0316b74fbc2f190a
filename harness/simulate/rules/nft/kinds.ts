import { icmpTypes } from '../../../lib/icmp-types.ts'
import { own } from '../../../lib/own.ts'
import { type AddressNumber, addressNumber } from '../addresses.ts'
import { stateBits, statusBits } from '../tracking.ts'

/** A value as rules compare it: addresses and integers as numbers (IPv6 as bigint), interface names as strings. */
export type Scalar = AddressNumber | string

/** A data type of nftables. */
export interface Kind {
  name: string
  /** Bits of the value; 0 for text. */
  width: number
  symbols?: Readonly<Record<string, number>>
  /** Several values at once combine their bits. */
  bitmask?: boolean
}

const of = (name: string, width: number, symbols?: Record<string, number>, bitmask = false): Kind => ({
  name,
  width,
  ...(symbols && { symbols }),
  ...(bitmask && { bitmask }),
})

// Numbers as in the kernel's headers; names as nft prints them.
const types = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
]
const { icmp, icmpv6 } = icmpTypes
const protocols = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
  udplite: 136,
}

/** The types of what rules match by. */
export const kinds = {
  text: of('text', 0),
  ipv4: of('ipv4', 32),
  ipv6: of('ipv6', 128),
  mac: of('mac', 48),
  integer: of('integer', 32),
  port: of('port', 16),
  flag: of('flag', 1),
  mark: of('mark', 32),
  protocol: of('protocol', 8, protocols),
  etherType: of('etherType', 16, {
    ip: 0x800,
    arp: 0x806,
    ip6: 0x86dd,
    vlan: 0x8100,
    '8021q': 0x8100,
    '8021ad': 0x88a8,
  }),
  family: of('family', 8, { ipv4: 2, ip: 2, ipv6: 10, ip6: 10 }),
  state: of('state', 32, stateBits, true),
  status: of('status', 32, statusBits, true),
  direction: of('direction', 8, { original: 0, reply: 1 }),
  tcpFlags: of('tcpFlags', 8, { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }, true),
  icmp: of('icmp', 8, icmp),
  icmpv6: of('icmpv6', 8, icmpv6),
  icmpCode: of('icmpCode', 8, { 'net-unreachable': 0, 'no-route': 0, 'host-unreachable': 1, 'port-unreachable': 3 }),
  packetType: of('packetType', 8, { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 }),
  addressType: of('addressType', 32, Object.fromEntries(types.map((name, number) => [name, number]))),
  arpOperation: of('arpOperation', 16, { request: 1, reply: 2 }),
  linkType: of('linkType', 16, { ether: 1, ppp: 512, ipip: 768, loopback: 772, sit: 776, ipgre: 778, none: 0xfffe }),
} as const satisfies Record<string, Kind>

/** A rule's constant as a value of a kind; undefined where it is none. */
export function scalarOf(json: unknown, kind: Kind): Scalar | undefined {
  if (typeof json === 'boolean') return json ? 1 : 0
  if (Array.isArray(json) || isBits(json))
    return kind.bitmask ? bitsOf(Array.isArray(json) ? json : json['|'], kind) : undefined
  if (typeof json === 'number') return kind.width === 128 ? BigInt(json) : kind.width === 0 ? String(json) : json
  if (typeof json !== 'string') return undefined
  if (kind.width === 0) return json.replaceAll('\\*', '*')
  const symbol = own(kind.symbols ?? {}, json)
  if (symbol !== undefined) return symbol
  if (kind.name === 'ipv4' || kind.name === 'ipv6') return ofWidth(addressNumber(json), kind)
  if (kind.name === 'mac') return macNumber(json)
  return /^(0x[0-9a-f]+|\d+)$/i.test(json) ? Number(json) : undefined
}

const isBits = (json: unknown): json is { '|': unknown } => typeof json === 'object' && json !== null && '|' in json

const ofWidth = (number: AddressNumber | undefined, { width }: Kind): AddressNumber | undefined =>
  (typeof number === 'number') === (width === 32) ? number : undefined

function bitsOf(list: unknown, kind: Kind): number | undefined {
  if (!Array.isArray(list)) return undefined
  let sum = 0
  for (const each of list) {
    const bits = scalarOf(each, kind)
    if (typeof bits !== 'number') return undefined
    sum |= bits
  }
  return sum >>> 0
}

/** The number of a hardware address; undefined for other text. */
export const macNumber = (text: string): number | undefined =>
  /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : undefined
