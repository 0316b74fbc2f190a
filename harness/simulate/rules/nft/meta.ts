import { capital } from '../../../lib/text.ts'
import { isDiscovery } from '../../packet.ts'
import type { Context } from '../compiled.ts'
import { inputOf, outputOf, protocolNumber, unknownMark } from '../packet-view.ts'
import { isTransfer } from '../transfers.ts'
import { unknown } from '../truth.ts'
import { type Kind, kinds, macNumber } from './kinds.ts'
import { absent, type Expression, type Reading } from './reading.ts'
import type { Scope } from './scope.ts'

type Read = (context: Context, scope: Scope) => Reading

const numberOf = (number: number | undefined): Reading => number ?? absent

/** `meta KEY`: what each key reads. Source: linux/net/netfilter/nft_meta.c. */
const keys: Record<string, [Kind, Read]> = {
  iif: [kinds.text, inputOf],
  iifname: [kinds.text, inputOf],
  oif: [kinds.text, outputOf],
  oifname: [kinds.text, outputOf],
  iiftype: [kinds.linkType, (context, scope) => linkType(inputOf(context) || outgoing(context), scope)],
  oiftype: [kinds.linkType, (context, scope) => linkType(outputOf(context), scope)],
  iifkind: [kinds.text, (context, { links }) => links.get(inputOf(context))?.kind ?? absent],
  oifkind: [kinds.text, (context, { links }) => links.get(outputOf(context))?.kind ?? absent],
  ibrname: [kinds.text, ({ packet }) => (packet.inputPort ? packet.input || unread('the bridge') : absent)],
  obrname: [kinds.text, ({ packet }) => (packet.outputPort ? packet.output || unread('the bridge') : absent)],
  l4proto: [kinds.protocol, ({ packet }) => numberOf(protocolNumber(packet))],
  protocol: [kinds.etherType, ({ packet }) => etherType(packet)],
  nfproto: [kinds.family, ({ family, packet }, scope) => numberOf(familyNumber(family, packet.family, scope.family))],
  mark: [kinds.mark, ({ packet }) => packet.mark ?? unknownMark('mark')],
  length: [kinds.integer, ({ packet }) => (isTransfer(packet) ? unread('the packet’s length') : packet.length)],
  pkttype: [kinds.packetType, packetType],
  skuid: [kinds.integer, user],
  skgid: [kinds.integer, owner],
  sdif: [kinds.text, () => ''],
  sdifname: [kinds.text, () => ''],
}

/** The expression `meta KEY`; undefined where the key is not modelled. */
export function metaExpression(key: unknown, scope: Scope): Expression | undefined {
  const [kind, read] = (typeof key === 'string' && Object.hasOwn(keys, key) && keys[key]) || []
  return kind && read && { kinds: [kind], read: (context) => read(context, scope) }
}

/** The number of an Ethernet type. */
export const etherType = ({ protocol, family }: Context['packet']): number =>
  protocol === 'arp' ? 0x806 : family === 6 ? 0x86dd : 0x800

function familyNumber(family: string, version: 4 | 6, table: string): number | undefined {
  // Source: linux/net/netfilter/nft_chain_filter.c, nft_do_chain_inet_ingress.
  if (family === 'ip' || family === 'ip6' || table === 'inet') return version === 6 ? 10 : 2
  return { bridge: 7, netdev: 5, arp: 3 }[family]
}

// From postrouting on, the host's own packets also have the device that they leave by.
const outgoing = (context: Context): string => (context.hook === 'postrouting' ? outputOf(context) : '')

function linkType(name: string, { links }: Scope): Reading {
  if (name === 'lo') return 772
  const kind = links.get(name)?.kind
  if (kind === undefined) return name === '' ? absent : unread(`the type of ${name}`)
  return ['tun', 'wireguard', 'gre', 'ipip', 'sit', 'ppp'].includes(kind) ? unread(`the type of ${name}`) : 1
}

/** Source: linux/net/netfilter/nft_meta.c, NFT_META_PKTTYPE. */
export function packetType({ packet, family, hook }: Context): Reading {
  const resolves = packet.protocol === 'arp' || isDiscovery(packet)
  // The host's own packets have no packet type yet: a device sets it when a frame comes in.
  const own = resolves ? packet.local : packet.inputPort === ''
  if (hook === 'output' || (hook === 'postrouting' && own && family === 'bridge')) return 0
  const mac = macNumber(packet.destinationMac)
  if (mac === 0xffffffffffff) return 1
  if (mac !== undefined && Math.floor(mac / 2 ** 40) % 2 === 1) return 2
  // A frame for the bridge stays so where NAT sends it on. Source: linux/net/bridge/br_input.c, br_handle_frame.
  if (family === 'bridge' && packet.forBridge !== undefined) return packet.forBridge ? 0 : 3
  if (family === 'bridge' && resolves && (hook === 'forward' || hook === 'postrouting')) return 3
  // Below IP a frame for another machine may still be passing a bridge.
  return family === 'ip' || family === 'ip6' ? 0 : unread('the frame’s receiver')
}

function owner({ packet, hook }: Context): Reading {
  // From input on, an answer to one of the host's programs belongs to that program.
  const answer = hook === 'input' && packet.state === 'established'
  const has = answer || (packet.local && (hook === 'output' || hook === 'postrouting' || hook === 'egress'))
  return has ? unread('the sending program’s user') : absent
}

function user(context: Context): Reading {
  const reading = owner(context)
  return reading === absent ? absent : (context.packet.user ?? reading)
}

const unread = (what: string): Reading => unknown('other', what, `${capital(what)} is not known.`)
