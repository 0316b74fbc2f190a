import type { Facts } from '../evidence/facts.ts'
import type { Computed } from './computed.ts'
import type { Marks } from './marks.ts'
import type { Flow } from './trace.ts'

/** What is known of a flow whose packets are followed, and the locations that they came to so far. */
export interface Context {
  flow: Flow
  facts: Facts
  /** The legacy backend's rules whose counters have grown. */
  counted: readonly string[]
  /** Where no rule shows what became of a packet, links, routes and settings may. */
  computed: Computed
  marks: Marks
}
