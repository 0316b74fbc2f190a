import type { Flow } from '../simulate/index.ts'
import { isDead, type Trace } from '../trace/trace.ts'
import { conclude, type Examination, examineFacts } from './examine.ts'
import type { SymptomGroup } from './symptom.ts'

/**
 * An examination in the light of packets that were really sent. One that was answered proves its flow, whatever the rules
 * seem to say of it, and a cause that explains nothing else is not active then; one that died, or ended in doubt, is a
 * symptom of its own.
 */
export function withPackets(seen: Examination, followed: readonly Trace[]): Examination {
  const real = followed.filter(({ by, end }) => by === 'packets' || end === 'no-container')
  const answered = real.filter(({ end }) => end === 'answered' || end === 'refused')
  const again =
    answered.length === 0
      ? seen
      : examineFacts(seen.facts, {
          causes: seen.causes,
          proven: (flow) => answered.some((trace) => proves(trace, flow)),
        })
  const dead = again.symptoms.filter(({ state }) => state === 'dead')
  const places = new Set(dead.map(({ at }) => at && `${at.way} ${at.place}`))
  const added = followed.filter(
    (trace) => !(isDead(trace) && trace.at && places.has(`${trace.at.way} ${trace.at.place}`)),
  )
  return conclude({ ...again, symptoms: [...again.symptoms, ...added.flatMap(symptomOf)] })
}

/** Whether the packet was one of this flow: to the outside, any address stands for all. */
const proves = ({ flow: sent }: Trace, flow: Flow): boolean =>
  flow.kind === 'egress' && flow.size === 'small' && flow.network === sent.network && flow.protocol === sent.protocol

function symptomOf(trace: Trace): SymptomGroup[] {
  const { flow, summary, at, killer, end } = trace
  const to = `${flow.address}${flow.port ? `:${flow.port}/${flow.protocol}` : ` (${flow.protocol})`}`
  const about = {
    kind: 'egress' as const,
    what: `a packet from ${flow.container || 'a container'} to ${to}`,
    flows: [],
    explainedBy: [],
    behind: [],
    next: [],
  }
  if (isDead(trace))
    return [{ ...about, state: 'dead', says: summary, ...(at && { at }), ...(killer && { rule: { ...killer } }) }]
  return end === 'unclear' ? [{ ...about, state: 'unclear', says: summary }] : []
}
