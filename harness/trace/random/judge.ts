import type { Drop, Walk } from '../../simulate/index.ts'
import type { Ending } from '../../simulate/kernel/agent.ts'
import type { HostSpec } from '../../simulate/kernel/host-spec.ts'
import { isDead, type Trace } from '../trace.ts'
import { isAt, misleads, tablesOf } from './change-location.ts'
import { baseOf, type Truth } from './truth.ts'

/** The result of comparing one trace with the kernel. */
export interface Verdict {
  /**
   * `answered`: both agree that it gets through. `same`: it dies where the generator put the drop. `follows`: a change
   * misdirected it, and it dies where the simulation has it die for that. `other`: none of these.
   */
  is: 'answered' | 'same' | 'follows' | 'other' | 'unclear' | 'restless' | 'not known'
  why: string
}

/** Judges a trace by how real packets ended, and by the changes that their drop depends on. */
export function judge(
  trace: Trace,
  kernel: Ending,
  truth: Truth | undefined,
  walk: Walk,
  spec: Pick<HostSpec, 'base' | 'changes'>,
): Verdict {
  const { end, summary } = trace
  // A simulated trace proves nothing.
  if (trace.by === 'rules') return { is: 'unclear', why: 'no packet of it was followed' }
  if (kernel === 'answered') {
    if (end === 'answered') return { is: 'answered', why: '' }
    // It was answered when sent again: a limit, or a neighbour that first had to be found.
    return end === 'unclear'
      ? { is: 'unclear', why: summary }
      : { is: 'restless', why: `${summary}, and yet it is answered` }
  }
  if (end === 'answered') return { is: 'other', why: `answered by the trace, and ${kernel} by the kernel` }
  if (end === 'unclear') return { is: 'unclear', why: summary }
  if (!truth || (truth.culprits.length === 0 && !truth.byBase)) return { is: 'not known', why: summary }
  if (truth.culprits.some((change) => isAt(trace, change))) return { is: 'same', why: summary }
  // Another drop may come before the base's own; the flow stays unanswered either way.
  if (truth.byBase && (isBase(trace, spec) || spec.changes.some((change) => isAt(trace, change))))
    return { is: 'same', why: summary }
  const refusals = kernel === 'refused' && (end === 'refused' || end === 'no-listener')
  if ((refusals || agrees(trace, walk, kernel)) && (truth.byBase || truth.culprits.some(misleads)))
    return { is: 'follows', why: summary }
  return { is: 'other', why: summary }
}

/**
 * Whether the base itself ends it. Docker's own rules isolate networks; without masquerading no answer has a route
 * back; and where bridges hide their frames from IP, answers between their containers bypass the host.
 */
function isBase({ terminatingRule, end, at }: Trace, spec: Pick<HostSpec, 'base'>): boolean {
  const { masquerade, bridged } = spec.base
  const tables = new Set(baseOf(spec).flatMap((change) => [...tablesOf(change)]))
  if (terminatingRule) return tables.has(`${terminatingRule.backend} ${terminatingRule.table}`)
  const isPast = end === 'source-check' && at?.way === 'back' && at.location === 'container' && !bridged
  return isPast || (end === 'unmasqueraded' && !masquerade)
}

/**
 * Whether the simulation has it end at the same location and by the same rule, at its first drop or at a masked one.
 */
export function agrees(trace: Trace, { drop, masked, end }: Walk, kernel: Ending): boolean {
  if (!isDead(trace)) return trace.end === 'refused' && kernel === 'refused'
  if (end === 'passes' || !drop) return false
  // Where the simulation is unsure, a packet with the same end settles it.
  if (end === 'unclear') return drop.end === trace.end && drop.location === trace.at?.location
  // The first simulated drop does not happen where the neighbour is already known.
  return [drop, ...masked].some((each) => isSame(trace, each))
}

function isSame({ terminatingRule, at, end, summary }: Trace, drop: Drop): boolean {
  const isThere = at?.way === drop.way && at.location === drop.location
  // A rule may have sent it to a port without a listener: no rule was seen to end it.
  if (!terminatingRule && end === drop.end && isThere) return true
  // IP does not see what stops ARP or a frame: the summary names the rule instead.
  if (!terminatingRule && drop.rule && summary.includes(drop.rule.table)) return at?.location === drop.location
  if (terminatingRule || drop.rule)
    return (
      terminatingRule?.table === drop.rule?.table &&
      terminatingRule?.chain === drop.rule?.chain &&
      terminatingRule?.backend === drop.rule?.backend
    )
  return isThere
}
