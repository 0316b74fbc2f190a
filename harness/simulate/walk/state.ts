import type { Drop, Location, PathStep } from '../flow.ts'
import type { Packet } from '../packet.ts'
import type { Doubt, Family, HookName, RuleStep } from '../rules/index.ts'
import type { Receiver } from './segment.ts'
import { lengthOf, type Trail } from './trail.ts'

/** A connection's translation, as conntrack keeps it. */
export interface Translation {
  source: string
  sourcePort: number
  destination: string
  destinationPort: number
}

/** A packet's position. */
export type Position = { at: 'host' } | { at: 'container'; container: string } | { at: 'outside'; device: string }

/** What a stack has learned on one of the host's links: the owner of an address. */
export interface Acquaintance {
  by: string
  device: string
  address: string
  who: Receiver
}

/** A packet at one hook, before and after. */
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

/** A packet with its history. Immutable: each step gives a new state. */
export interface State {
  packet: Packet
  position: Position
  way: 'out' | 'back'
  path: Trail<PathStep> | undefined
  /** The first drop ends the packet; the others would have, without the first. */
  drops: readonly Drop[]
  doubts: readonly Doubt[]
  /** The connection's first packet as its sender made it. */
  original: Translation
  clampsMss: boolean
  /** Whether the walk goes on after a drop. */
  goesOn: boolean
  /** The flow's sender allows larger answers than the uplink does. */
  narrow?: { device: string; mtu: number; offered: number }
  /**
   * Which stack knows which neighbour's hardware address: stacks by name, '' for the host and `outside` for unknown
   * machines.
   */
  acquainted: readonly Acquaintance[]
  /** The hooks that saw a TCP connection's first packet and its answer. */
  calls: Trail<Call> | undefined
  /** Whether the host's conntrack has seen the connection's first packet, and its answer. */
  met?: { out: boolean; back: boolean; zone?: Packet['zone'] }
  /**
   * The rule that has put an answer into another conntrack zone than its connection, and whether conntrack may drop
   * later packets.
   */
  stranded?: { by: RuleStep; clashes: boolean }
  /** The rule that has sent a packet to an address that nothing has, or to a port where nothing listens. */
  misled?: { by: RuleStep; to: string; address: string }
  /** The packet when it came to IP's prerouting, before any translation; only on a host with IPsec policies. */
  arrived?: Packet
  /** IP's prerouting already saw the packet in the bridge. */
  prerouted?: boolean
}

/** The rest of a walk: all of its possible ends. */
export type Next = (state: State) => State[]

/** A state whose packet has been changed. */
export function withPacket(state: State, packet: Partial<Packet>): State {
  // Most steps set values that are already there, and each change copies the state.
  for (const key in packet)
    if (state.packet[key as keyof Packet] !== packet[key as keyof Packet])
      return { ...state, packet: { ...state.packet, ...packet } }
  return state
}

/** What a step's message shows, for programs. */
type Shown = Pick<PathStep, 'output' | 'letThrough'>

/** Notes the packet's location. A second note for the same location and device is added to the first. */
export function at(
  state: State,
  location: Location,
  device: string,
  message = '',
  rules: PathStep['rules'] = [],
  shown: Shown = {},
): State {
  const last = state.path?.last
  if (last && last.location === location && last.device === device && last.way === state.way) {
    if (rules.length === 0 && (message === '' || message === last.message)) return state
    const { output: _, letThrough: __, ...bare } = last
    const named = message === '' ? last : { ...bare, message, ...shown }
    return { ...state, path: { last: { ...named, rules: [...last.rules, ...rules] }, before: state.path!.before } }
  }
  const step = { way: state.way, location, device, message, ...shown, rules }
  return { ...state, path: { last: step, before: state.path } }
}

/** Notes a drop; the walk may go on as if there were none, to find further drops. */
export function dies(state: State, drop: Omit<Drop, 'way'>): State {
  const device = state.path?.last.location === drop.location ? state.path.last.device : ''
  const ended = at(state, drop.location, device, drop.message)
  return { ...ended, drops: [...state.drops, { way: state.way, ...drop, step: lengthOf(ended.path) - 1 }] }
}

/** Both outcomes of something unknown: it ends the packet, or it does not. */
export function mayDie(state: State, drop: Omit<Drop, 'way'>, doubt: Omit<Doubt, 'holds'>, next: Next): State[] {
  const known = state.doubts.find(({ key }) => key === doubt.key)
  const lives = known?.holds !== true ? next(withDoubt(state, { ...doubt, holds: false })) : []
  const ends = known?.holds !== false ? [dies(withDoubt(state, { ...doubt, holds: true }), drop)] : []
  return [...lives, ...ends]
}

/** The state with one more doubt; no state where it already depends on the opposite. */
export function withDoubt(state: State, doubt: Doubt): State {
  return state.doubts.some(({ key }) => key === doubt.key) ? state : { ...state, doubts: [...state.doubts, doubt] }
}
