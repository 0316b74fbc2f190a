import type { Facts } from '../evidence/facts.ts'
import { simulate } from '../simulate/index.ts'
import type { Trace } from './trace.ts'

/** The facts with what lost packets have settled: that large answers do not arrive. The same facts where none was lost. */
export function withSettled(facts: Facts, traces: readonly Trace[]): Facts {
  const lost = traces.filter(({ end }) => end === 'too-large').map(({ flow }) => flow.container)
  if (lost.length === 0) return facts
  const unclear = simulate(facts).walks.filter(
    ({ flow, end, drop }) => end === 'unclear' && drop?.end === 'too-large' && lost.includes(flow.container),
  )
  // Where more is unknown, the packet may have met something else.
  const settled = unclear.flatMap(({ doubts }) => (doubts.length === 1 ? doubts[0]!.key : []))
  return settled.length === 0 ? facts : { ...facts, settled: [...new Set(settled)] }
}
