import type { Drop, Location, PathStep } from '../flow.ts'
import type { Packet } from '../packet.ts'
import type { Doubt, Family, HookName, RuleStep } from '../rules/index.ts'
import type { Receiver } from './segment.ts'
import type { Trail } from './trail.ts'

/** A connection's translation, as conntrack keeps it. */
export interface Translation {
  source: string
  sourcePort: number
  destination: string
  destinationPort: number
}

/** Where a packet has come to. */
export type Position = { at: 'host' } | { at: 'container'; container: string } | { at: 'outside'; device: string }

/** What a stack has learned on a link of the host's: who has an address there. */
export interface Acquaintance {
  by: string
  device: string
  address: string
  who: Receiver
}

/** A packet at one hook: as it came there, and as it left. */
export interface Call {
  way: State['way']
  family: Family
  hook: HookName
  location: Location
  device: string
  before: Packet
  after: Packet
  between?: readonly [number, number]
}

/** A packet on its way, and all that has befallen it. Immutable: a step forward is a new state. */
export interface State {
  packet: Packet
  position: Position
  way: 'out' | 'back'
  path: Trail<PathStep> | undefined
  /** The first one ends it; those behind would, had it not. */
  drops: readonly Drop[]
  doubts: readonly Doubt[]
  /** The connection's first packet as its sender made it. */
  original: Translation
  clampsMss: boolean
  /** Whether a death is to be followed by what lies behind it. */
  goesOn: boolean
  /** Full-sized answers are offered a wider link than the uplink is. */
  narrow?: { device: string; mtu: number; offered: number }
  /** Who knows by now whose hardware address: of stacks by name, '' for the host and `outside` for who is not seen. */
  acquainted: readonly Acquaintance[]
  /** What the first packet of a TCP connection, and the answer to it, were shown to. */
  calls: Trail<Call> | undefined
  /** Whether the host's conntrack has seen the connection's first packet, and an answer. */
  met?: { out: boolean; back: boolean; zone?: Packet['zone'] }
  /**
   * The rule that has put an answer into another zone of conntrack's than its connection, and whether conntrack may drop
   * what comes after it.
   */
  stranded?: { by: RuleStep; clashes: boolean }
  /** The rule that has sent a packet to who is not there. */
  misled?: { by: RuleStep; to: string }
  /** IP's prerouting has seen the packet when it came into a bridge. */
  prerouted?: boolean
}

/** What comes next: every way that it may end. */
export type Next = (state: State) => State[]

/** A state whose packet has been changed. */
export function withPacket(state: State, packet: Partial<Packet>): State {
  // Most of what a step sets is so already, and states are copied at every step.
  for (const key in packet)
    if (state.packet[key as keyof Packet] !== packet[key as keyof Packet])
      return { ...state, packet: { ...state.packet, ...packet } }
  return state
}

/** Notes where the packet is. A second note of the same place and device is added to the first. */
export function at(
  state: State,
  location: Location,
  device: string,
  message = '',
  rules: PathStep['rules'] = [],
): State {
  const last = state.path?.last
  if (last && last.location === location && last.device === device && last.way === state.way) {
    if (rules.length === 0 && (message === '' || message === last.message)) return state
    const joined = { ...last, message: message || last.message, rules: [...last.rules, ...rules] }
    return { ...state, path: { last: joined, before: state.path!.before } }
  }
  return { ...state, path: { last: { way: state.way, location, device, message, rules }, before: state.path } }
}

/** Notes that the packet dies here; a walk goes on as if it had not, to see what lies behind. */
export function dies(state: State, drop: Omit<Drop, 'way'>): State {
  const device = state.path?.last.location === drop.location ? state.path.last.device : ''
  return { ...at(state, drop.location, device, drop.message), drops: [...state.drops, { way: state.way, ...drop }] }
}

/** Both ways that something unknown may go: it ends the packet, or it does not. */
export function mayDie(state: State, drop: Omit<Drop, 'way'>, doubt: Omit<Doubt, 'holds'>, next: Next): State[] {
  const known = state.doubts.find(({ key }) => key === doubt.key)
  const lives = known?.holds !== true ? next(withDoubt(state, { ...doubt, holds: false })) : []
  const ends = known?.holds !== false ? [dies(withDoubt(state, { ...doubt, holds: true }), drop)] : []
  return [...lives, ...ends]
}

/** A state that depends on one thing more; one that depends on its opposite already is no state at all. */
export function withDoubt(state: State, doubt: Doubt): State {
  return state.doubts.some(({ key }) => key === doubt.key) ? state : { ...state, doubts: [...state.doubts, doubt] }
}
