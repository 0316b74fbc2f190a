import type { Drop, Flow } from '../simulate/index.ts'

/** One thing that does not do what it ought to: what causes are to explain. */
export type Symptom =
  | FlowSymptom
  /** dockerd does not run; `error` is its own last word, empty where it left none. */
  | { kind: 'daemon'; error: string }
  /** A container that is to run and does not. */
  | { kind: 'container'; name: string; error: string }
  /** What dockerd could not do if it were asked to now. */
  | { kind: 'operation'; what: 'new-network' | 'address-pool' }

export interface FlowSymptom {
  kind: 'flow'
  flow: Flow
  /** Where it dies; nothing where it passes and ought to die. */
  drop?: Drop
  /** Another death comes before it: it would die of this one had it not died of that. */
  masked: boolean
}
