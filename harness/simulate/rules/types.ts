import type { Packet } from '../packet.ts'

export type Family = 'ip' | 'ip6' | 'bridge' | 'arp' | 'netdev'
export type HookName = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress'

/** One rule or policy that acted on the packet. */
export interface RuleStep {
  backend: 'nft' | 'legacy'
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** The base chain that the packet entered by. */
  base: string
  hook: HookName
  /** The rule as iptables-save or nft prints it, or `policy drop`. */
  rule: string
  /** `change`: the rule changed the packet, or how conntrack sees it, and let it through. */
  verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'queue' | 'unread' | 'change'
  handle?: number
  comment?: string
}

export type DoubtKind =
  | 'limit'
  | 'set'
  | 'mark'
  | 'bpf'
  | 'quota'
  | 'statement'
  | 'module'
  | 'listing'
  | 'time'
  /** The protocol after a packet's headers. */
  | 'content'
  | 'other'

/** Something unknown that the packet's path depends on. */
export interface Doubt {
  /** One sentence. */
  message: string
  kind: DoubtKind
  /** The condition: worlds that agree on a key agree on its answer. */
  key: string
  /** Whether the condition holds in this world. */
  holds: boolean
  /** The rule matches where the condition does not hold. */
  inverted?: boolean
  /** The rule that tests the condition. */
  step?: RuleStep
  /** A command that would settle it. */
  settle?: string
}

/** One possible outcome: where nothing is unknown there is exactly one. */
export interface World {
  packet: Packet
  steps: RuleStep[]
  doubts: Doubt[]
  /** A rule dropped, rejected or queued it. */
  dead: boolean
  /** Every rule that ended the packet: the first did so, the others would have if it had accepted. */
  terminating: RuleStep[]
  /** The first one's. */
  verdict?: 'drop' | 'reject' | 'queue' | 'unread' | 'stolen'
  /** A rule clamps TCP's segment size to the path, so that connections survive a smaller MTU beyond. */
  clampsMss?: boolean
  /** The host routes the packet again: the output hook has changed something that routing depends on. */
  reroutes?: boolean
}

export interface PassOptions {
  goOn?: boolean
  /** Only chains with priorities above the first, up to the second. */
  between?: readonly [number, number]
  untranslate?: { priority: number; apply: (packet: Packet) => Packet }
}

export interface Firewall {
  /**
   * Runs a packet through all base chains at one hook, in the kernel's order. `device`: for netdev's hooks. With `goOn`
   * a packet that a base chain ends goes on as if that chain had accepted; it stays dead, and `terminating` collects
   * the rules. `untranslate`: how conntrack translates a reply back within the hook, before the first chain of its
   * priority.
   */
  pass(family: Family, hook: HookName, packet: Packet, device?: string, options?: PassOptions): World[]
  /** Whether any base chain is at that hook; a walk may skip a hook without chains. */
  has(family: Family, hook: HookName, device?: string): boolean
  /** Whether rules put packets into conntrack zones. */
  hasZones: boolean
}

export type AddressType =
  | 'local'
  | 'unicast'
  | 'broadcast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'anycast'

/** What matches need to know of the host besides its rules. */
export interface HostView {
  isLocal(address: string, device?: string): boolean
  addressType(address: string, device?: string): AddressType
  /** The device by which the host routes to the packet's destination. */
  routeDevice(packet: Packet): string | undefined
  addressOf(device: string, family: 4 | 6): string | undefined
  /** The next hop's address; without it the packet's destination. */
  nextHop?(packet: Packet): string | undefined
  /** The first address of a device, of any scope; without it `addressOf` is used. */
  firstAddress?(device: string, family: 4 | 6): string | undefined
  /** The source address for packets that leave by a device; without it `addressOf` is used. */
  sourceOn?(device: string, family: 4 | 6, nextHop: string): string | undefined
  conntrackCount?: number
  /** IPsec transforms some packets; undefined where that is not known. */
  hasIpsec?: boolean
  /** The mark of a packet that no rule has marked. */
  primaryMark: number
}
