import { examine } from '../diagnosis/examine.ts'
import { withPackets } from '../diagnosis/followed.ts'
import { messageOf } from '../lib/errors.ts'
import type { Trace } from '../trace/trace.ts'

/** The diagnosis of a host from its bundle alone. */
export interface Judgement {
  /** `crashed`: the diagnosis threw, and `notChecked` holds the message. */
  verdict: 'healthy' | 'sick' | 'unknown' | 'crashed'
  /** The causes that it named. */
  causes: string[]
  /** A sentence for each symptom that no cause explains, with its location. */
  unexplained: string[]
  /** What could not be judged. */
  notChecked: string[]
}

/** Diagnoses a bundle as `diagnose` does, with the real packets that were followed. Never throws. */
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
