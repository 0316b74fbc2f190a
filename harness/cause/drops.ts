import type { Facts } from '../evidence/facts.ts'
import { type Drop, type Flow, simulate } from '../simulate/index.ts'
import type { FlowSymptom, Symptom } from './symptom.ts'

type Kind = (drop: Drop, flow: Flow) => boolean

/** A flow that should pass, and a drop on its path: the first one, or one behind it. */
export interface DroppedFlow {
  flow: Flow
  drop: Drop
}

/** The flows that should pass and are dropped in a certain way, by simulation. */
export const droppedFlows = (facts: Facts, isOfKind: Kind): DroppedFlow[] =>
  simulate(facts).walks.flatMap(({ flow, end, drop, masked }) =>
    end === 'dies' && drop && flow.ought === 'pass'
      ? [drop, ...masked].filter((each) => isOfKind(each, flow)).map((each) => ({ flow, drop: each }))
      : [],
  )

/** Whether a symptom is a flow that is dropped in a certain way. */
export const isDropped = (symptom: Symptom, isOfKind: Kind): symptom is FlowSymptom & { drop: Drop } =>
  symptom.kind === 'flow' && symptom.drop !== undefined && isOfKind(symptom.drop, symptom.flow)
