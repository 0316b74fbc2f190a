import type { Drop, Flow, Walk } from '../flow.ts'
import type { Net } from '../net.ts'
import type { Doubt, RuleStep } from '../rules/index.ts'
import { narrowed } from './outside.ts'
import type { State } from './state.ts'
import { itemsOf } from './trail.ts'

/** The end of a flow over all its possible paths: it passes, it dies, or that depends on something unknown. */
export function judge(flow: Flow, net: Net, ended: readonly State[]): Walk {
  const { blind } = net
  const ends = ended.flatMap((state) => narrowed(net, state, (lives) => [lives]))
  const dead = ends.filter(({ drops }) => drops.length > 0)
  const alive = ends.filter(({ drops }) => drops.length === 0)
  const doubts = distinct([...blind, ...ends.flatMap((state) => state.doubts)])
  const shown = alive.length === 0 ? surest(dead) : (dead[0] ?? alive[0])
  const drop = shown?.drops[0] && inFull(shown, shown.drops[0])
  const base = {
    flow,
    ...(drop && { drop }),
    masked: (shown?.drops.slice(1) ?? []).map((each) => astray(shown!, each)),
    path: itemsOf(shown?.path),
  }
  if (dead.length > 0 && alive.length > 0) return { ...base, end: 'unclear', doubts }
  if (dead.length > 0) return { ...base, end: blind.length > 0 ? 'unclear' : 'dies', doubts: [...blind] }
  if (alive.length > 0) return { ...base, end: blind.length > 0 ? 'unclear' : 'passes', doubts: [...blind] }
  const message = 'The host’s evidence contradicts itself.'
  return { ...base, end: 'unclear', doubts: [...doubts, { message, kind: 'other', key: 'contradiction', holds: true }] }
}

/** Of paths that all end in a drop the one on which the fewest rules match by something unknown. */
const surest = (dead: readonly State[]): State | undefined => dead.toSorted((a, b) => assumedOf(a) - assumedOf(b))[0]

const assumedOf = ({ doubts }: State): number =>
  doubts.filter(({ holds, inverted = false }) => holds !== inverted).length

/**
 * A drop with its full reason: the rule that put an answer into another zone than its connection, or the rule that sent
 * a packet to an address that nothing has.
 */
function inFull({ stranded, misled }: State, drop: Drop): Drop {
  const named = ({ rule, table, chain }: RuleStep): string => `“${rule}” in ${table} ${chain}`
  if (stranded && drop.way === 'back') {
    const message = `${drop.message}: ${named(stranded.by)} puts it into another conntrack zone than its connection`
    return { ...drop, message, ...(drop.rule ? { because: stranded.by } : { rule: stranded.by }) }
  }
  if (!misled || drop.way === 'back') return drop
  const message = `${named(misled.by)} sends it to ${misled.to}: ${drop.message}`
  return { ...astray({ misled }, drop), message, ...(drop.rule ? { because: misled.by } : { rule: misled.by }) }
}

/** A drop on the way to an address that nothing has, with the rule that sent the packet there. */
const astray = ({ misled }: Pick<State, 'misled'>, drop: Drop): Drop =>
  misled && drop.way === 'out' ? { ...drop, misled: { by: misled.by, address: misled.address } } : drop

const distinct = (doubts: readonly Doubt[]): Doubt[] => [...new Map(doubts.map((doubt) => [doubt.key, doubt])).values()]
