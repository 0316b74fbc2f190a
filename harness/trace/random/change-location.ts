import type { Change } from '../../simulate/kernel/host-spec.ts'
import type { Trace } from '../trace.ts'

/** Whether a trace gives the location of a change: its rule, its setting or its link. */
export function isAt(trace: Trace, change: Change): boolean {
  const { terminatingRule, end, at, summary } = trace
  if (terminatingRule) return tablesOf(change).has(`${terminatingRule.backend} ${terminatingRule.table}`)
  // A drop at a device, on a bridge or in ARP names its rule only where that was seen.
  return (
    (locationsOf(change, end).includes(at?.location ?? '') && !terminatingRule) ||
    [...tablesOf(change)].some((name) => summary.includes(name))
  )
}

/** The tables that a change has rules in, by backend: `nft inet t17`, `legacy ip filter`. */
export function tablesOf({ nft = [], iptables }: Change): Set<string> {
  const own = nft.flatMap((line) => line.match(/^add table (\S+ \S+)/)?.[1] ?? [])
  return new Set([
    ...own.map((table) => `nft ${table}`),
    ...(iptables ? [`${iptables.backend} ${iptables.family === 6 ? 'ip6' : 'ip'} ${iptables.table}`] : []),
  ])
}

const linkEnds = ['no-link', 'no-neighbour', 'no-route', 'source-check']
// A kind of change, the ends that it may cause, and their locations.
const kinds: [kind: RegExp, ends: readonly string[], locations: readonly string[]][] = [
  [
    /^(port|bridge down|no master|isolated|port state|container link|hairpin|no learning|no flood)/,
    linkEnds,
    ['container', 'bridge', 'routing'],
  ],
  [/^no ARP|neighbour|^setting arp_/, ['no-neighbour', 'no-link'], ['container', 'bridge', 'uplink']],
  [/^setting (ip_)?forward/, ['forwarding-off'], ['routing']],
  [/^setting (rp_filter|accept_local|route_localnet|src_valid_mark)/, ['source-check'], ['routing', 'container']],
  [
    /^nft (arp|bridge|netdev)|^nft inet filter ingress/,
    ['no-neighbour', 'no-link', 'dropped'],
    ['container', 'bridge', 'uplink'],
  ],
  [/^(end of a route|throw|no route|routing rule)$/, ['no-route', 'source-check', 'wrong-bridge'], ['routing']],
  [/^(no local route|a local route)$/, ['no-route', 'no-listener'], ['routing', 'input']],
  [
    /^(bridge prefix|no bridge address|one more (default )?route|other default route|half of everything|one more address)$/,
    ['no-route', 'wrong-bridge'],
    ['routing'],
  ],
  // A host without a route back does not answer for its address either.
  [/^(routing rule|no local route|end of a route)$/, ['no-neighbour'], ['uplink', 'bridge']],
  [/inside$/, ['no-route', 'no-neighbour', 'source-check'], ['container', 'bridge']],
]

const locationsOf = ({ kind }: Change, end: string): readonly string[] =>
  kinds.flatMap(([pattern, ends, locations]) => (pattern.test(kind) && ends.includes(end) ? locations : []))

// These misdirect packets or change how later rules see them, so the packets die elsewhere.
const misleadingLines =
  /\b(dnat|snat|masquerade|redirect|mark set|notrack|MARK|CONNMARK|DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|notrack|accept|ACCEPT|RETURN|return)\b/
const misleadingKinds =
  /route|routing rule|half of everything|address|prefix|wrong bridge|wrong gateway|bridge-nf-call|setting|hairpin|no ARP|neighbour|isolated|port state|learning|flood|narrow|master|bridge down/

/** Whether a change may make packets die elsewhere. */
export const misleads = ({ kind, nft = [], iptables }: Change): boolean =>
  nft.length > 0 || iptables
    ? misleadingLines.test([...nft, ...(iptables?.rules ?? [])].join('\n')) || /^nft (arp|bridge|netdev)/.test(kind)
    : misleadingKinds.test(kind)
