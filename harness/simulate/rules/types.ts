import type { Packet } from '../packet.ts'

export type Family = 'ip' | 'ip6' | 'bridge' | 'arp' | 'netdev'
export type HookName = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress'

/** One rule or policy that had a say. */
export interface RuleStep {
  backend: 'nft' | 'legacy'
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** The base chain that the packet entered by. */
  base: string
  hook: HookName
  /** As iptables-save or nft print it; `policy drop`. */
  rule: string
  verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'queue'
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
  /** What a packet holds behind its headers. */
  | 'content'
  | 'other'

/** Something that is not known, and that the packet's way depends on. */
export interface Doubt {
  /** One sentence. */
  message: string
  kind: DoubtKind
  /** The condition: worlds that agree on a key agree on its answer. */
  key: string
  /** Whether the condition holds in this world. */
  holds: boolean
  /** The rule that asks for it. */
  step?: RuleStep
  /** A command that would settle it. */
  settle?: string
}

/** One way it may go on: where nothing is unknown there is exactly one. */
export interface World {
  packet: Packet
  steps: RuleStep[]
  doubts: Doubt[]
  /** A rule dropped, rejected or queued it. */
  dead: boolean
  /** Every rule that ended the packet: the first did, the others would have if that one had accepted. */
  terminating: RuleStep[]
  /** The first one's. */
  verdict?: 'drop' | 'reject' | 'queue' | 'stolen'
  /** TCP's maximum segment size is set to the path's, so that connections survive a smaller MTU behind. */
  clampsMss?: boolean
  /** The host looks for a route once more: the output hook has changed what routes are chosen by. */
  reroutes?: boolean
}

export interface PassOptions {
  goOn?: boolean
  /** Only chains of priorities above the first, up to the second. */
  between?: readonly [number, number]
  untranslate?: { priority: number; apply: (packet: Packet) => Packet }
}

export interface Firewall {
  /**
   * Leads a packet through all base chains at one hook, in the kernel's order. `device`: of netdev's hooks. With `goOn`
   * a packet that a base chain ends goes on as if that chain had accepted; it stays dead, and `terminating` collects.
   * `untranslate`: what conntrack does to a reply in the midst of the hook, before the first chain of its priority.
   */
  pass(family: Family, hook: HookName, packet: Packet, device?: string, options?: PassOptions): World[]
  /** Whether any base chain is at that hook: where none is, a walk may leave it out. */
  has(family: Family, hook: HookName, device?: string): boolean
  /** Whether rules put packets into zones of conntrack's. */
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
  /** The device by which the host would send to the packet's destination. */
  routeDevice(packet: Packet): string | undefined
  addressOf(device: string, family: 4 | 6): string | undefined
  /** The address that the host hands the packet to; without it, or where there is none, the packet's destination. */
  nextHop?(packet: Packet): string | undefined
  /** The first address of a device, of whatever scope; without it `addressOf` is taken. */
  firstAddress?(device: string, family: 4 | 6): string | undefined
  /** The address of what leaves by a device; without it `addressOf` is taken. */
  sourceOn?(device: string, family: 4 | 6, nextHop: string): string | undefined
  conntrackCount?: number
  /** The mark of a packet that nobody has marked. */
  primaryMark: number
}
