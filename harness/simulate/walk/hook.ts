import type { Death, Place } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import type { Family, HookName, RuleStep, World } from '../rules/index.ts'
import { at, type Call, dies, type Next, type State } from './state.ts'

/** A change that conntrack makes to replies in the midst of a hook. */
export interface Untranslation {
  /** The priority of NAT in that hook. */
  priority: number
  apply: (packet: Packet) => Packet
}

// A ruleset of many unknown conditions has more worlds than anybody wants to read.
const most = 128

/** Leads a packet through all chains of one hook, and on through whatever becomes of it. */
export function hook(
  net: Net,
  state: State,
  family: Family,
  name: HookName,
  where: { place: Place; device: string; says?: string },
  next: Next,
  untranslate?: Untranslation,
): State[] {
  const worlds = net.firewall.pass(family, name, state.packet, where.device, {
    goOn: state.goesOn,
    ...(untranslate && { untranslate }),
  })
  const states = worlds.flatMap((world) => {
    const after = follow(state, world, where, family, name)
    return after ? [after] : []
  })
  return tame(states).flatMap((after) => (after.goesOn || after.deaths.length === 0 ? next(after) : [after]))
}

/** A host of very many unknown conditions is not followed through each of them: then nothing is known. */
function tame(states: State[]): State[] {
  const [first] = states
  if (!first || states.length <= most) return states
  const says = 'Too many conditions are not known for all of them to be followed.'
  const doubt = { says, kind: 'other', key: 'too many conditions' } as const
  const place = first.path.at(-1)!.place
  return [
    { ...first, deaths: [], doubts: [...first.doubts, { ...doubt, holds: false }] },
    dies({ ...first, doubts: [...first.doubts, { ...doubt, holds: true }] }, { place, end: 'dropped', says }),
  ]
}

/** The state in one world; undefined where it contradicts what that state depends on already. */
function follow(
  state: State,
  world: World,
  { place, device, says }: { place: Place; device: string; says?: string },
  family: Family,
  name: HookName,
): State | undefined {
  const known = new Map(state.doubts.map(({ key, holds }) => [key, holds]))
  if (world.doubts.some(({ key, holds }) => known.has(key) && known.get(key) !== holds)) return undefined
  const { terminating } = world
  const translated = world.steps.find(({ verdict }) => verdict === 'translate')
  const words = terminating[0]
    ? byRule(terminating[0])
    : translated
      ? `translated by “${translated.rule}”`
      : (says ?? 'let through')
  const passed = at(state, place, device, words, world.steps)
  return {
    ...passed,
    packet: world.packet,
    calls: callsOf(state, { family, hook: name, place, device, before: state.packet, after: world.packet }),
    deaths: [...state.deaths, ...terminating.map((rule) => deathBy(rule, state.way, place))],
    doubts: [...state.doubts, ...world.doubts.filter(({ key }) => !known.has(key))],
    clampsMss: state.clampsMss || world.clampsMss === true,
  }
}

// Whatever dies on its way is not acknowledged.
const callsOf = ({ calls, way, deaths }: State, call: Call): readonly Call[] =>
  way === 'out' && deaths.length === 0 && call.before.protocol === 'tcp' ? [...calls, call] : calls

/** What a terminating rule does to a packet. */
export const deathBy = (rule: RuleStep, way: Death['way'], place: Place): Death => ({
  way,
  place,
  end: rule.verdict === 'reject' ? 'rejected' : 'dropped',
  says: byRule(rule),
  rule,
})

/** A terminating rule in words. */
export function byRule({ verdict, rule, table, chain, backend }: RuleStep): string {
  const what = rule.startsWith('policy') ? `the ${rule}` : `“${rule}”`
  const done = { reject: 'rejected', queue: 'handed to a program' }[verdict as string] ?? 'dropped'
  return `${done} by ${what} in ${table} ${chain}${backend === 'legacy' ? ' (the legacy backend)' : ''}`
}
