import type { Facts } from '../evidence/facts.ts'
import { type Death, type PathStep, simulateFlows, type Walk } from '../simulate/index.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import type { RuleStep } from '../simulate/rules/index.ts'
import { blame, buildTrace, type Ending, type Mark } from './build.ts'
import { type Flow, type Hook, type Hop, hooks, senderOf, type Trace } from './trace.ts'

/** A packet's way as the simulator computes it: for a host that is not there, or must not be touched. */
export const traceByRules = (flow: Flow, facts: Facts): Trace => traceOfWalk(flow, walksOf([flow], facts)[0]!, facts)

/** The same of several flows as the simulator has them. `isExact` as of `simulateFlows`. */
export function walksOf(flows: readonly Flow[], facts: Facts, isExact = false): Walk[] {
  const all = flows.map((flow) => {
    const { container, network, bridge, source, address, port, protocol } = flow
    const { from = { at: 'container', container }, kind = 'egress', size = 'small', ought = 'pass', title = '' } = flow
    return { container, network, bridge, source, address, port, protocol, kind, from, size, ought, title } as const
  })
  return simulateFlows(facts, all, ...(isExact ? [{ isExact }] : []))
}

/** A simulated walk as a trace: what lies behind a death is not shown. */
export function traceOfWalk(flow: Flow, walk: Walk, facts: Facts): Trace {
  const { path, death, end } = walk
  const last = death ? path.findIndex(({ way, place }) => way === death.way && place === death.place) : -1
  const shown = end === 'passes' || last < 0 ? path : path.slice(0, last + 1)
  const marks = shown.reduce<Mark[]>((all, step) => joined(all, markOf(step, facts)), [])
  if (marks.length === 0) marks.push({ way: 'out', place: 'container', says: senderOf(flow) })
  return buildTrace(flow, 'rules', marks, endingOf(walk, facts))
}

// A place that is passed by several devices is one place on the way.
function joined(marks: Mark[], mark: Mark): Mark[] {
  const last = marks.at(-1)
  if (last?.way !== mark.way || last.place !== mark.place) return [...marks, mark]
  const says = mark.says === 'let through' ? last.says : mark.says || last.says
  return [...marks.slice(0, -1), { ...last, says, hops: [...(last.hops ?? []), ...(mark.hops ?? [])] }]
}

const markOf = ({ way, place, says, rules }: PathStep, facts: Facts): Mark => ({
  way,
  place,
  says,
  hops: rules.flatMap((rule) => ruleHop(rule, facts) ?? []),
  ...(place === 'outside' && { says: 'not seen from the host', unknown: true }),
})

const isHook = (hook: string): hook is Hook => (hooks as readonly string[]).includes(hook)

/** A rule that had a say, with its owner; of hooks that a trace has no place for, none. */
export function ruleHop(step: RuleStep, facts: Facts): Hop | undefined {
  const { backend, table, chain, rule, hook } = step
  if (!isHook(hook)) return undefined
  const verdict = step.verdict === 'queue' ? 'drop' : step.verdict
  return { hook, backend, table, chain, rule, verdict, owner: ownerOfStep(step, facts) }
}

function endingOf({ end, death, doubts }: Walk, facts: Facts): Ending {
  if (end === 'passes') return { end, summary: 'nothing on this host stops the packet or its answer' }
  if (end === 'unclear' || !death)
    return { end: 'unclear', summary: doubts[0]?.says ?? 'what becomes of it cannot be computed' }
  return deathEnding(death, facts)
}

/** How a trace ends that dies so. */
export function deathEnding(death: Death, facts: Facts): Ending {
  const killer = death.rule && ruleHop(death.rule, facts)
  const whose = death.way === 'back' ? 'the answer' : 'the packet'
  if (killer) return { end: death.end, summary: `${whose} is ${blame(killer)}`, killer }
  const says = death.way === 'back' && !/answer/.test(death.says) ? `the answer is lost: ${death.says}` : death.says
  return { end: death.end, summary: says }
}
