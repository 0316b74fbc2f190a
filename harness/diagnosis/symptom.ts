import type { Symptom } from '../cause/symptom.ts'
import type { Drop, Flow, Setting } from '../simulate/index.ts'
import type { Owner } from '../simulate/owner.ts'
import type { RuleStep } from '../simulate/rules/index.ts'

/** Something that does not work, or is unclear: one symptom, however many flows it affects. */
export interface SymptomGroup {
  /** `dead`: it should work and does not; `open`: it should be blocked and is not; `unclear`: nothing here decides it. */
  state: 'dead' | 'open' | 'unclear'
  kind: Flow['kind'] | 'daemon' | 'container' | 'operation'
  /** What it affects, for people: `containers of bridge, shop to the outside`. */
  what: string
  /** The titles of the flows. */
  flows: readonly string[]
  /** Where and why they end, as one sentence. */
  message: string
  at?: Pick<Drop, 'way' | 'location'>
  /** The rule behind it. */
  rule?: Pick<RuleStep, 'backend' | 'table' | 'chain' | 'rule'> & { owner: Owner }
  /** The setting behind it, and the line that sets it at boot, if one is known. */
  setting?: Setting & { file?: string; line?: string }
  /** The causes that explain it. */
  explainedBy: string[]
  /** What would stop the flows next, once this is repaired. */
  behind: readonly string[]
  /** What to check or run next, most useful first. */
  next: readonly string[]
}

/** A symptom that is no simulated flow, and what causes have to explain of it. */
export interface Trouble {
  group: Omit<SymptomGroup, 'explainedBy'>
  symptom?: Symptom
}

/** What is wrong with something that is no flow, such as `the container web`. */
export const groupOf = (
  kind: SymptomGroup['kind'],
  what: string,
  { state, message, next }: Pick<SymptomGroup, 'state' | 'message' | 'next'>,
): Trouble['group'] => ({ state, kind, what, flows: [], message, behind: [], next })

/** The same of a container. */
export const aboutContainer = (name: string, trouble: Pick<SymptomGroup, 'state' | 'message' | 'next'>) =>
  groupOf('container', `the container ${name}`, trouble)
