import { examine } from '../diagnosis/examine.ts'
import { messageOf } from '../lib/errors.ts'
import { isDead, type Trace } from '../trace/trace.ts'

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

/** Diagnoses a bundle; packets that were really followed, where there are any, outweigh what the bundle says. Never throws. */
export function judge(bundle: string, followed: readonly Trace[] = []): Judgement {
  try {
    const { verdict, findings, unnamed, unseen } = examine(bundle)
    const dead = verdict === 'healthy' ? followed.filter(isDead) : []
    const unclear = verdict === 'healthy' ? followed.filter(({ end }) => end === 'unclear') : []
    return {
      verdict: dead.length > 0 ? 'sick' : unclear.length > 0 ? 'unknown' : verdict,
      causes: findings.map(({ cause, state }) => (state === 'latent' ? `${cause} (latent)` : cause)),
      unexplained: [...unnamed, ...dead.map(({ summary }) => summary)],
      notChecked: [...unseen, ...unclear.map(({ summary }) => summary)],
    }
  } catch (error) {
    return { verdict: 'crashed', causes: [], unexplained: [], notChecked: [messageOf(error)] }
  }
}
