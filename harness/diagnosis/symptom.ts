import type { Symptom } from '../cause/symptom.ts'
import type { Drop, Flow } from '../simulate/index.ts'
import type { Owner } from '../simulate/owner.ts'
import type { RuleStep } from '../simulate/rules/index.ts'

/** Something that does not work, or of which nothing here decides whether it does: once, however many flows meet it. */
export interface SymptomGroup {
  /** `dead`: it ought to work and cannot; `open`: it ought to be shut and is not; `unclear`: nothing here decides it. */
  state: 'dead' | 'open' | 'unclear'
  kind: Flow['kind'] | 'daemon' | 'container' | 'operation'
  /** What is concerned, for people: `containers of bridge, shop to the outside`. */
  what: string
  /** The flows' own titles. */
  flows: readonly string[]
  /** Where and of what, one sentence. */
  message: string
  at?: Pick<Drop, 'way' | 'location'>
  /** The rule that does it. */
  rule?: Pick<RuleStep, 'backend' | 'table' | 'chain' | 'rule'> & { owner: Owner }
  /** The setting that does it, and the line that makes it so at boot, where one is known. */
  setting?: { name: string; value: string; file?: string; line?: string }
  /** The causes that explain it. */
  explainedBy: string[]
  /** What would stop it further on, had this not. */
  behind: readonly string[]
  /** What to look at or to run next, most telling first. */
  next: readonly string[]
}

/** A group that stands by itself, and what of it causes are to explain. */
export interface Trouble {
  group: Omit<SymptomGroup, 'explainedBy'>
  symptom?: Symptom
}
