import type { Drop, Walk } from '../../simulate/index.ts'
import type { Ending } from '../../simulate/kernel/agent.ts'
import type { HostSpec } from '../../simulate/kernel/host-spec.ts'
import { isDead, type Trace } from '../trace.ts'
import { isAt, misleads, tablesOf } from './place.ts'
import { baseOf, type Truth } from './truth.ts'

/** What comes of holding one trace against the kernel. */
export interface Verdict {
  /**
   * `answered`: both say that it gets through. `same`: it dies where the generator put the death. `follows`: a change led
   * it astray, and it dies where the simulation has it die for that. `other`: none of these.
   */
  is: 'answered' | 'same' | 'follows' | 'other' | 'unclear' | 'restless' | 'not known'
  why: string
}

/** Judges a trace by how real packets ended, and by the changes that their death hangs on. */
export function judge(
  trace: Trace,
  kernel: Ending,
  truth: Truth | undefined,
  walk: Walk,
  spec: Pick<HostSpec, 'base' | 'changes'>,
): Verdict {
  const { end, summary } = trace
  // A simulated one proves nothing.
  if (trace.by === 'rules') return { is: 'unclear', why: 'no packet of it was followed' }
  if (kernel === 'answered') {
    if (end === 'answered') return { is: 'answered', why: '' }
    // Sent again it was answered: a limit, or a neighbour that had to be found.
    return end === 'unclear'
      ? { is: 'unclear', why: summary }
      : { is: 'restless', why: `${summary}, and yet it is answered` }
  }
  if (end === 'answered') return { is: 'other', why: `answered by the trace, and ${kernel} by the kernel` }
  if (end === 'unclear') return { is: 'unclear', why: summary }
  if (!truth || (truth.culprits.length === 0 && !truth.byBase)) return { is: 'not known', why: summary }
  if (truth.culprits.some((change) => isAt(trace, change))) return { is: 'same', why: summary }
  // Before what the base does another death may stand, which makes no difference to whether it is answered.
  if (truth.byBase && (isBase(trace, spec) || spec.changes.some((change) => isAt(trace, change))))
    return { is: 'same', why: summary }
  const refusals = kernel === 'refused' && (end === 'refused' || end === 'no-listener')
  if ((refusals || agrees(trace, walk, kernel)) && (truth.byBase || truth.culprits.some(misleads)))
    return { is: 'follows', why: summary }
  return { is: 'other', why: summary }
}

/**
 * Docker's own rules keep networks apart; without masquerading nobody finds the way back, and where IP is not shown what
 * bridges pass on, answers between their containers go past the host.
 */
function isBase({ terminatingRule, end, at }: Trace, spec: Pick<HostSpec, 'base'>): boolean {
  const { masquerade, bridged } = spec.base
  const tables = new Set(baseOf(spec).flatMap((change) => [...tablesOf(change)]))
  if (terminatingRule) return tables.has(`${terminatingRule.backend} ${terminatingRule.table}`)
  const isPast = end === 'source-check' && at?.way === 'back' && at.location === 'container' && !bridged
  return isPast || (end === 'unmasqueraded' && !masquerade)
}

/** Whether the simulation has it end at the same place and by the same rule; the first end, or one that this one hides. */
export function agrees(trace: Trace, { drop, masked, end }: Walk, kernel: Ending): boolean {
  if (!isDead(trace)) return trace.end === 'refused' && kernel === 'refused'
  if (end === 'passes' || !drop) return false
  // Where the simulation doubts, a packet that came to the same end has settled it.
  if (end === 'unclear') return drop.end === trace.end && drop.location === trace.at?.location
  // A neighbour that is known already keeps a packet from the death that the simulation has first.
  return [drop, ...masked].some((each) => isSame(trace, each))
}

function isSame({ terminatingRule, at, end, summary }: Trace, drop: Drop): boolean {
  const isThere = at?.way === drop.way && at.location === drop.location
  // A rule may have led it to where nobody listens: none was seen to end it.
  if (!terminatingRule && end === drop.end && isThere) return true
  // What stops ARP, or a frame, is not seen by IP: it is a reason that is told.
  if (!terminatingRule && drop.rule && summary.includes(drop.rule.table)) return at?.location === drop.location
  if (terminatingRule || drop.rule)
    return (
      terminatingRule?.table === drop.rule?.table &&
      terminatingRule?.chain === drop.rule?.chain &&
      terminatingRule?.backend === drop.rule?.backend
    )
  return isThere
}
