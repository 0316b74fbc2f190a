import type { Answer } from '../scoring/ask.ts'

/** Faults by detectors. Off the diagonal a detector was wrong, and the run has failed. */
export interface ConfusionRecord {
  /** The causes that can be named: a column each, and one more for nothing. */
  detectors: string[]
  /** A fault, a control, a decoy, a look-alike: what was there each time the detectors ran on a host of known state. */
  rows: ConfusionRow[]
  /** How often a cause was missed, or one was named that was not there. */
  wrong: number
}

export interface ConfusionRow {
  there: string
  /** The causes that have to be named; empty: every detector has to be silent. */
  expected: string[]
  times: number
  /** How often each cause was named; those that never were are left out. */
  named: Record<string, number>
  /** How often no detector spoke. */
  nothing: number
}

export interface ClaimRecord {
  id: string
  /** What the write-up says, in one sentence. */
  claim: string
  /** The write-up, `000` to `004`. */
  source: string
  /** `untested`: this run did not show what the verdict stands on. */
  verdict: 'confirmed' | 'narrowed' | 'refuted' | 'untested'
  /** A sentence for each thing looked up. */
  evidence: string[]
  /** What is true instead, or when. */
  note?: string
}

/** What one outside detector said of a host in a known state. */
export interface OutsideRecord extends Answer {
  detector: string
  stage: string
}

/** How right one detector was, on hosts in known states. Counts are of looks at a host; where one is 0 there is no share. */
export interface ScoreRecord {
  /** `dockfault`: all of ours together. */
  detector: string
  title: string
  /** How often it was asked. */
  times: number
  causes: CauseScore
  byCause: Record<string, CauseScore>
  /** Is anything wrong? Sick hosts it called sick, and well ones it left in peace. */
  sick: { there: number; right: number }
  well: { there: number; right: number }
  /** Crashes, missed deadlines, words nobody can read: no right answer to anything. */
  errors: number
  /** Why it was not asked, and how often. */
  skipped: Record<string, number>
  rows: ScoreRow[]
}

/** Causes that were there, that were named, and that were both. Precision is right of named, recall right of there. */
export interface CauseScore {
  there: number
  named: number
  right: number
}

/** A row of a detector's own confusion matrix. `named` may hold `unwell`, which names no cause. */
export interface ScoreRow extends ConfusionRow {
  /** The host was sick, whether or not a cause can be named. */
  sick: boolean
  /** How often it gave no answer. */
  errors: number
}
