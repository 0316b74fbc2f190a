import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { type Drop, type Flow, simulate, type Walk } from '../simulate/index.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import type { FlowSymptom, Symptom } from './symptom.ts'

type Kind = (drop: Drop, flow: Flow) => boolean

/** A flow that should pass, and a drop on its path: the first one, or one behind it. */
export interface DroppedFlow {
  flow: Flow
  drop: Drop
}

/** The flows that should pass and are dropped in a certain way, by simulation. */
export const droppedFlows = (facts: Facts, isOfKind: Kind): DroppedFlow[] =>
  stopped(facts).flatMap(({ flow, drop, masked }) =>
    [drop!, ...masked].filter((each) => isOfKind(each, flow)).map((each) => ({ flow, drop: each })),
  )

/** The flows that should pass and do not. One that an admin's list lets pass for some is meant to be dropped for others. */
const stopped = oncePer((facts: Facts): Walk[] => {
  const { walks, net } = simulate(facts)
  // Drops of flows that ought to die are many on a host with many networks, and computed when they are read.
  return walks.filter(
    (walk) => walk.flow.ought === 'pass' && walk.end === 'dies' && walk.drop && passesOnlyFor(walk, net).length === 0,
  )
})

/** Whether a symptom is a flow that is dropped in a certain way. */
export const isDropped = (symptom: Symptom, isOfKind: Kind): symptom is FlowSymptom & { drop: Drop } =>
  symptom.kind === 'flow' && symptom.drop !== undefined && isOfKind(symptom.drop, symptom.flow)

/** The published ports of such flows, by one flow of each. */
export function droppedPorts(facts: Facts, isOfKind: Kind): Flow[] {
  const flows = droppedFlows(facts, isOfKind).map(({ flow }) => flow)
  return [...new Map(flows.map((flow) => [`${flow.port}/${flow.protocol}`, flow])).values()]
}

/** The drop of a large packet that nothing on the host shows to be lost, or to arrive; undefined where there is none. */
export const doubtfulLarge = (facts: Facts): Drop | undefined =>
  // A drop is computed when it is read.
  simulate(facts).walks.find((walk) => walk.end === 'unclear' && walk.drop?.end === 'too-large')?.drop
