import type { Facts } from '../evidence/facts.ts'
import { type Drop, type PathStep, simulateFlows, type Walk } from '../simulate/index.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import type { RuleStep } from '../simulate/rules/index.ts'
import { blame, buildTrace, type Ending, type Mark, originOf } from './build.ts'
import { type Flow, type Hook, hooks, senderOf, type Trace, type TracedRule } from './trace.ts'

/** A simulated trace: for a host that is not at hand, or that may not be touched. */
export const traceByRules = (flow: Flow, facts: Facts): Trace => traceOfWalk(flow, walksOf([flow], facts)[0]!, facts)

/** The simulated walks of several flows. `isExact` as in `simulateFlows`. */
export function walksOf(flows: readonly Flow[], facts: Facts, isExact = false): Walk[] {
  const all = flows.map((flow) => {
    const { container, network, bridge, source, address, port, protocol } = flow
    const { from = { at: 'container', container }, kind = 'egress', size = 'small', ought = 'pass', title = '' } = flow
    return { container, network, bridge, source, address, port, protocol, kind, from, size, ought, title } as const
  })
  return simulateFlows(facts, all, ...(isExact ? [{ isExact }] : []))
}

/** A simulated walk as a trace, which ends at the drop. */
export function traceOfWalk(flow: Flow, walk: Walk, facts: Facts): Trace {
  const { path, drop, end } = walk
  const last = drop ? path.findIndex(({ way, location }) => way === drop.way && location === drop.location) : -1
  const shown = end === 'passes' || last < 0 ? path : path.slice(0, last + 1)
  const marks = shown.reduce<Mark[]>((all, step) => joined(all, markOf(step, facts)), [])
  if (marks.length === 0) marks.push({ way: 'out', location: 'container', message: senderOf(flow) })
  return buildTrace(flow, 'rules', marks, endingOf(walk, facts))
}

// A location that several devices share is one station.
function joined(marks: Mark[], mark: Mark): Mark[] {
  const last = marks.at(-1)
  if (last?.way !== mark.way || last.location !== mark.location) return [...marks, mark]
  const message = mark.letThrough ? last.message : mark.message || last.message
  return [...marks.slice(0, -1), { ...last, message, rules: [...(last.rules ?? []), ...(mark.rules ?? [])] }]
}

const markOf = ({ way, location, message, letThrough, rules }: PathStep, facts: Facts): Mark => ({
  way,
  location,
  message,
  ...(letThrough && { letThrough }),
  rules: rules.flatMap((rule) => tracedRule(rule, facts) ?? []),
  ...(location === 'outside' && { message: 'not seen from the host', unknown: true }),
})

const isHook = (hook: string): hook is Hook => (hooks as readonly string[]).includes(hook)

/** A rule that acted on the packet, with its owner; undefined at hooks that a trace does not show. */
export function tracedRule(step: RuleStep, facts: Facts): TracedRule | undefined {
  const { backend, table, chain, rule, hook } = step
  if (!isHook(hook)) return undefined
  const verdict = step.verdict === 'queue' || step.verdict === 'unread' ? 'drop' : step.verdict
  return { hook, backend, table, chain, rule, verdict, owner: ownerOfStep(step, facts) }
}

function endingOf({ end, drop, doubts }: Walk, facts: Facts): Ending {
  if (end === 'passes') return { end, summary: 'nothing on this host stops the packet or its answer' }
  if (end === 'unclear' || !drop) return { end: 'unclear', summary: doubts[0]?.message ?? 'its end cannot be computed' }
  return dropEnding(drop, facts)
}

/** The ending of a trace with this drop. */
export function dropEnding(drop: Drop, facts: Facts): Ending {
  const terminatingRule = drop.rule && tracedRule(drop.rule, facts)
  const whose = drop.way === 'back' ? 'the answer' : 'the packet'
  const isClear = drop.way === 'out' || drop.namesAnswer || drop.neighbour?.isNamed
  const message = isClear ? drop.message : `the answer is lost: ${drop.message}`
  if (!terminatingRule) return { end: drop.end, summary: message }
  // A rule that translates or changes a packet drops nothing itself: the drop's message names both.
  const { verdict } = terminatingRule
  const summary =
    verdict === 'translate' || verdict === 'change'
      ? `${message} – ${originOf(terminatingRule.owner)}`
      : `${whose} is ${blame(terminatingRule)}`
  return { end: drop.end, summary, terminatingRule }
}
