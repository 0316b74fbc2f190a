import type { Drop, Location } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import type { Doubt, Family, HookName, RuleStep, World } from '../rules/index.ts'
import { conntrackPriority } from '../rules/tracking.ts'
import { meet } from './meet.ts'
import { at, type Call, dies, mayDie, type Next, type State } from './state.ts'
import { lengthOf } from './trail.ts'

/** The translation that conntrack applies to replies within a hook. */
export interface Untranslation {
  /** NAT's priority at that hook. */
  priority: number
  apply: (packet: Packet) => Packet
}

/** A hook's location on the path. */
interface Where {
  location: Location
  device: string
  message?: string
}

// A ruleset with many unknown conditions has more worlds than are worth following.
const most = 128

/** Runs a packet through all chains of one hook, and continues with each outcome. */
export function hook(
  net: Net,
  before: State,
  family: Family,
  name: HookName,
  where: Where,
  next: Next,
  untranslate?: Untranslation,
  between?: readonly [number, number],
): State[] {
  const comes = name === 'prerouting' && (family === 'ip' || family === 'ip6') && !between
  const came = comes && net.facts.ipsec.length > 0 ? { ...before, arrived: before.packet } : before
  const late = zonesFirst(net, came, family, name)
  if (late && !between) {
    // Conntrack's view of a packet depends on the chains that run before conntrack.
    const part = (state: State, range: readonly [number, number], then: Next, turned?: Untranslation): State[] =>
      hook(net, state, family, name, where, then, turned, range)
    return part(came, [Number.NEGATIVE_INFINITY, conntrackPriority - 1], (early) => {
      const met = meet(early, family, name)
      const range = [conntrackPriority - 1, Number.POSITIVE_INFINITY] as const
      const then: Next = (now) => part(now, range, next, now.stranded ? undefined : untranslate)
      return met.stranded?.clashes ? clashing(met, met.stranded.by, where.location, then) : then(met)
    })
  }
  const state = late ? came : meet(came, family, name)
  // Most hooks on most hosts have no chains.
  if (!net.firewall.has(family, name)) return next(passedBy(state, family, name, where, untranslate))
  const options = { goOn: state.goesOn, ...(untranslate && { untranslate }), ...(between && { between }) }
  const worlds = net.firewall.pass(family, name, state.packet, where.device, options)
  const states: State[] = []
  for (const world of worlds) {
    const { way, packet: before } = state
    const call = { way, family, hook: name, before, after: world.packet, ...(between && { between }) }
    const followed = follow(state, world, call, where)
    if (followed) states.push(unmet(followed, came))
  }
  const on: Next = (after) => (goes(after) ? maybeZoned(after, state, where, next) : [after])
  return states.length === 1 ? on(states[0]!) : tame(states).flatMap(on)
}

/** Conntrack's view of a packet with a zone from a chain of conntrack's own priority, which may run before it. */
function maybeZoned(state: State, { packet: before }: State, { location }: Where, next: Next): State[] {
  const { zone } = state.packet
  if (!zone || zone === before.zone || state.packet.tracked !== true) return next(state)
  const { rule, table, chain } = zone.by
  const message = `“${rule}” in ${table} ${chain} runs beside conntrack: whether its zone applies to the packet is not known.`
  const doubt = { message, kind: 'listing', key: `zone by ${table} ${chain}, ${state.way}` } as const
  return mayDie(state, { location, end: 'dropped', message: 'in another zone its connection is unknown' }, doubt, next)
}

/**
 * Source: linux/net/netfilter/nf_conntrack_core.c, __nf_conntrack_confirm, and nf_nat_core.c, nf_nat_used_tuple_new.
 */
function clashing(state: State, { rule, table, chain }: RuleStep, location: Location, next: Next): State[] {
  const message = `“${rule}” in ${table} ${chain} puts answers into another conntrack zone than their connection: whether conntrack then drops them is not simulated.`
  const doubt = { message, kind: 'other', key: `zones of ${state.way}` } as const
  return mayDie(
    state,
    { location, end: 'dropped', message: 'conntrack may drop it because its connection exists already' },
    doubt,
    next,
  )
}

/** Whether rules before conntrack put packets into conntrack zones. */
const zonesFirst = ({ firewall }: Net, { packet }: State, family: Family, name: HookName): boolean =>
  firewall.hasZones &&
  (name === 'prerouting' || name === 'output') &&
  (family === 'ip' || family === 'ip6') &&
  packet.tracked !== true

const letThrough = 'let through'

/** Rules before conntrack may have taken the packet from it. */
const unmet = (state: State, { met }: State): State =>
  state.packet.state === 'untracked' && met ? { ...state, met } : state

const goes = ({ goesOn, drops }: State): boolean => goesOn || drops.length === 0

function passedBy(
  state: State,
  family: Family,
  name: HookName,
  { location, device, message }: Where,
  untranslate: Untranslation | undefined,
): State {
  const passed = at(
    state,
    location,
    device,
    message ?? letThrough,
    [],
    message === undefined ? { letThrough: true } : {},
  )
  if (state.packet.state === 'untracked') return passed
  const tracked = (family === 'ip' || family === 'ip6') && (name === 'prerouting' || name === 'output')
  const packet = untranslate ? untranslate.apply(state.packet) : state.packet
  if (tracked && packet.tracked !== true) return { ...passed, packet: { ...packet, tracked } }
  return packet === passed.packet ? passed : { ...passed, packet }
}

/** With very many unknown conditions not every world is followed, and the result is unknown. */
function tame(states: State[]): State[] {
  const [first] = states
  if (!first || states.length <= most) return states
  const message = 'Too many conditions are unknown to follow each of them.'
  const doubt = { message, kind: 'other', key: 'too many conditions' } as const
  const location = first.path!.last.location
  return [
    { ...first, drops: [], doubts: [...first.doubts, { ...doubt, holds: false }] },
    dies({ ...first, doubts: [...first.doubts, { ...doubt, holds: true }] }, { location, end: 'dropped', message }),
  ]
}

/** The state in one world; undefined where the world contradicts what the state already depends on. */
function follow(state: State, world: World, call: Omit<Call, 'location' | 'device'>, where: Where): State | undefined {
  const { location, device, message } = where
  if (world.doubts.some((doubt) => (answerIn(state, doubt) ?? doubt.holds) !== doubt.holds)) return undefined
  const { terminating, steps, doubts } = world
  const translated = steps.find(({ verdict }) => verdict === 'translate')
  const did = terminating[0] ? byRule(terminating[0]) : translated ? `translated by “${translated.rule}”` : message
  const passed = at(state, location, device, did ?? letThrough, steps, did === undefined ? { letThrough: true } : {})
  // A packet that is dropped gets no acknowledgement.
  const lives = state.drops.length === 0 && call.before.protocol === 'tcp'
  return {
    ...passed,
    packet: world.packet,
    calls: lives ? { last: { ...call, location, device }, before: state.calls } : state.calls,
    drops:
      terminating.length > 0
        ? [
            ...state.drops,
            ...terminating.map((rule) => ({
              ...dropBy(rule, state.way, location),
              device,
              step: lengthOf(passed.path) - 1,
            })),
          ]
        : state.drops,
    doubts:
      doubts.length > 0
        ? [...state.doubts, ...doubts.filter((doubt) => answerIn(state, doubt) === undefined)]
        : state.doubts,
    clampsMss: state.clampsMss || world.clampsMss === true,
  }
}

const answerIn = ({ doubts }: State, { key }: Doubt): boolean | undefined =>
  doubts.find((each) => each.key === key)?.holds

/** What a terminating rule does to a packet. */
export const dropBy = (rule: RuleStep, way: Drop['way'], location: Location): Drop => ({
  way,
  location,
  end: rule.verdict === 'reject' ? 'rejected' : 'dropped',
  message: byRule(rule),
  rule,
})

/** A terminating rule in words. */
export function byRule({ verdict, rule, table, chain, backend }: RuleStep): string {
  const what = rule.startsWith('policy') ? `the ${rule}` : `“${rule}”`
  const done =
    {
      reject: 'rejected',
      queue: 'handed to a program',
      unread: 'handed to a program that does not run, and so dropped,',
    }[verdict as string] ?? 'dropped'
  return `${done} by ${what} in ${table} ${chain}${backend === 'legacy' ? ' (the legacy backend)' : ''}`
}
