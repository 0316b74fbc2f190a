import { isDead, type Trace } from '../trace/trace.ts'
import { conclude, type Examination } from './examine.ts'
import type { Symptom } from './symptom.ts'

/**
 * An examination in the light of packets that were really sent. One that was answered withdraws what the rules seemed to
 * say of its network; one that died, or ended in doubt, is a symptom of its own.
 */
export function withPackets(seen: Examination, followed: readonly Trace[]): Examination {
  const real = followed.filter(({ by, end }) => by === 'packets' || end === 'no-container')
  const answered = new Set(
    real.filter(({ end }) => end === 'answered' || end === 'refused').map(({ flow }) => flow.network),
  )
  const kept = seen.symptoms.flatMap((symptom) => withdrawn(symptom, answered))
  const places = new Set(kept.filter(({ state }) => state === 'dead').map(({ at }) => at && `${at.way} ${at.place}`))
  const added = followed.filter(
    (trace) => !(isDead(trace) && trace.at && places.has(`${trace.at.way} ${trace.at.place}`)),
  )
  return conclude({ ...seen, symptoms: [...kept, ...added.flatMap(symptomOf)] })
}

/** Without the flows that a real packet has proven to work: TCP to the outside, from one network. */
function withdrawn(symptom: Symptom, answered: ReadonlySet<string>): Symptom[] {
  if (symptom.kind !== 'egress' || symptom.state === 'open') return [symptom]
  const left = symptom.flows.filter(
    (title) => ![...answered].some((network) => title.endsWith(`on ${network} to the outside, TCP`)),
  )
  return left.length === 0 ? [] : [{ ...symptom, flows: left }]
}

function symptomOf(trace: Trace): Symptom[] {
  const { flow, summary, at, killer, end } = trace
  const to = `${flow.address}${flow.port ? `:${flow.port}/${flow.protocol}` : ` (${flow.protocol})`}`
  const about = {
    kind: 'egress' as const,
    what: `a packet from ${flow.container || 'a container'} to ${to}`,
    flows: [],
    behind: [],
    next: [],
  }
  if (isDead(trace))
    return [{ ...about, state: 'dead', says: summary, ...(at && { at }), ...(killer && { rule: { ...killer } }) }]
  return end === 'unclear' ? [{ ...about, state: 'unclear', says: summary }] : []
}
