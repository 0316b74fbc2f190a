import { examine } from '../diagnosis/examine.ts'
import { withPackets } from '../diagnosis/followed.ts'
import { messageOf } from '../lib/errors.ts'
import type { Trace } from '../trace/trace.ts'

/** What the diagnosis makes of a host that it knows nothing of but its bundle. */
export interface Judgement {
  /** `crashed`: it threw, and its message stands in `notChecked`. */
  verdict: 'healthy' | 'sick' | 'unknown' | 'crashed'
  /** Causes that have a name. */
  causes: string[]
  /** A sentence for each thing that is wrong and has no name, with its place. */
  unexplained: string[]
  /** What could not be judged. */
  notChecked: string[]
}

/** Diagnoses a bundle as `diagnose` does, in the light of packets that were really followed. Never throws. */
export function judge(bundle: string, followed: readonly Trace[] = []): Judgement {
  try {
    const { verdict, findings, unexplained, notJudged } = withPackets(examine(bundle), followed)
    return {
      verdict,
      causes: findings.map(({ cause, state }) => (state === 'latent' ? `${cause} (latent)` : cause)),
      unexplained,
      notChecked: notJudged,
    }
  } catch (error) {
    return { verdict: 'crashed', causes: [], unexplained: [], notChecked: [messageOf(error)] }
  }
}
