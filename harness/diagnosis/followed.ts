import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import { type Drop, type Flow, simulate } from '../simulate/index.ts'
import { withSettled } from '../trace/settled.ts'
import { isDead, senderOf, type Trace, type TracedRule } from '../trace/trace.ts'
import { conclude, type Examination, examineFacts } from './examine.ts'
import { nextSteps } from './next-steps.ts'
import type { SymptomGroup } from './symptom.ts'

/**
 * Combines an examination with real packets. An answered packet proves that its flow works, whatever the simulation
 * found, and a cause that explains nothing else is no longer active. A packet that died, or whose end is unclear, is a
 * symptom of its own unless the simulation has found it already.
 */
export function withPackets(seen: Examination, followed: readonly Trace[]): Examination {
  const real = followed.filter(({ by, end }) => by === 'packets' || end === 'no-container')
  const answered = real.filter(isAnswered)
  const facts = withSettled(seen.facts, followed)
  const isSettled = facts !== seen.facts
  const again =
    answered.length > 0 || isSettled
      ? examineFacts(facts, { causes: seen.causes, proven: provenBy(answered, facts) })
      : seen
  const dead = again.symptoms.filter(({ state }) => state === 'dead')
  const known = new Set(again.symptoms.flatMap(({ flows }) => flows))
  const open = new Set(again.symptoms.flatMap(({ state, flows }) => (state === 'open' ? flows : [])))
  const added = followed.filter(
    (trace) =>
      isWrong(trace) &&
      !(isSettled && trace.end === 'too-large') &&
      !isKnown(trace, known) &&
      !(trace.flow.ought === 'die' && open.has(trace.flow.title ?? '')) &&
      !dead.some((symptom) => shows(symptom, trace)),
  )
  const symptoms = groupBy(added, sameEnd).map(symptomOf)
  // A flow's packet decides what was unclear about the flow.
  const decided = new Set(symptoms.filter(({ state }) => state !== 'unclear').flatMap(({ flows }) => flows))
  const rest = again.symptoms.flatMap((symptom) =>
    symptom.state === 'unclear' ? without(symptom, (title) => decided.has(title)) : [symptom],
  )
  return conclude({ ...again, symptoms: [...rest, ...symptoms] })
}

/** A symptom without some of its flows; empty if no flow is left. */
function without(symptom: SymptomGroup, gone: (title: string) => boolean): SymptomGroup[] {
  const left = symptom.flows.filter((title) => !gone(title))
  return left.length === 0 && symptom.flows.length > 0 ? [] : [{ ...symptom, flows: left }]
}

/** Whether a simulated drop is the one that a packet met. */
function shows({ at, rule, flows }: SymptomGroup, { at: met, terminatingRule, end, flow: { title } }: Trace): boolean {
  if (end === 'no-container') return false
  // What stops one flow on its way out may stop another's answer at the same location.
  if (!terminatingRule && title && flows.includes(title) && at?.location === met?.location) return true
  if (rule && terminatingRule) {
    // Each bridge may have a rule of its own.
    const same = rule.rule === terminatingRule.rule || (title !== undefined && flows.includes(title))
    return rule.table === terminatingRule.table && rule.chain === terminatingRule.chain && same
  }
  return met !== undefined && at?.way === met.way && at.location === met.location
}

const isAnswered = ({ end }: Trace): boolean => end === 'answered' || end === 'refused'

function provenBy(answered: readonly Trace[], facts: Facts): (flow: Flow) => boolean {
  // For a program that does not run the kernel still accepts connections.
  const halted = new Set(simulate(facts).walks.flatMap(({ flow, drop }) => (drop?.end === 'halted' ? flow.title : [])))
  return ({ ought, title, kind }) =>
    ought !== 'die' && !halted.has(title) && answered.some(({ flow }) => proves(flow, title, kind))
}

// A packet to the outside counts for its whole network, whatever its container and its target.
function proves(
  { kind = 'egress', network, title = '' }: Trace['flow'],
  flow: string,
  of: SymptomGroup['kind'],
): boolean {
  if (kind !== of) return false
  return (
    title === flow ||
    (kind === 'egress' && flow.endsWith(` on ${network} to the outside, ${title.split(', ').at(-1) || 'TCP'}`))
  )
}

/** Whether a trace shows something wrong, or something unclear. */
function isWrong(trace: Trace): boolean {
  const { flow, end } = trace
  if (flow.ought === 'die') return isAnswered(trace)
  return isDead(trace) || end === 'unclear'
}

/** Whether a trace adds nothing to a symptom: its end is unclear, or it is unknown whether the flow should pass. */
const isKnown = (trace: Trace, known: ReadonlySet<string>): boolean =>
  known.has(trace.flow.title ?? '') && (trace.end === 'unclear' || trace.flow.ought === 'unknown' || isProgram(trace))

// Only the container knows whether a program should listen by now.
const isProgram = ({ end, at }: Trace): boolean => end === 'no-listener' && at?.location === 'container'

const sameEnd = ({ flow, end, at, terminatingRule, summary }: Trace): string =>
  JSON.stringify([
    flow.kind,
    flow.ought,
    end,
    at,
    terminatingRule ? [terminatingRule.table, terminatingRule.chain, terminatingRule.rule] : summary,
  ])

const asDrop = ({ at, summary }: Trace, terminatingRule: TracedRule): Drop => ({
  ...(at ?? { way: 'out', location: 'forward' }),
  end: 'dropped',
  message: summary,
  rule: { ...terminatingRule, base: terminatingRule.chain },
})

function symptomOf(group: readonly Trace[]): SymptomGroup {
  const [trace] = group
  const { flow, summary, at, terminatingRule } = trace!
  const to = `${flow.address}${flow.port ? `:${flow.port}/${flow.protocol}` : ` (${flow.protocol})`}`
  const titles = group.flatMap(({ flow: { title } }) => (title ? [title] : []))
  const shown = [...new Set(titles)].slice(0, 3).join('; ')
  const about = {
    kind: flow.kind ?? ('egress' as const),
    what: shown
      ? `${shown}${titles.length > 3 ? ` and ${titles.length - 3} more` : ''}`
      : `a packet from ${senderOf(flow) || 'a container'} to ${to}`,
    flows: titles,
    explainedBy: [],
    behind: [],
    next: terminatingRule ? nextSteps(asDrop(trace!, terminatingRule), terminatingRule.owner, undefined) : [],
    ...(at && { at }),
  }
  if (flow.ought === 'die') return { ...about, state: 'open', message: 'open: a real packet gets through' }
  if (!isDead(trace!)) return { ...about, state: 'unclear', message: summary }
  if (flow.ought === 'unknown' || isProgram(trace!))
    return { ...about, state: 'unclear', message: `${summary}; whether that is intended cannot be seen on this host` }
  return { ...about, state: 'dead', message: summary, ...(terminatingRule && { rule: { ...terminatingRule } }) }
}
