import type { Answer } from '../scoring/run-detector.ts'

/** Faults by detectors. Anything off the diagonal means that a detector was wrong and the run failed. */
export interface ConfusionRecord {
  /** The causes that detectors can name, one column each; a last column is for nothing. */
  detectors: string[]
  /** One row for each fault, control, decoy or `look-alike` that was present when the detectors ran. */
  rows: ConfusionRow[]
  /** How often a cause was missed or wrongly named. */
  wrong: number
}

export interface ConfusionRow {
  there: string
  /** The causes that detectors should name; empty: they should name none. */
  expected: string[]
  times: number
  /** How often each cause was named; causes that were never named are left out. */
  named: Record<string, number>
  /** How often no cause was named. */
  nothing: number
}

export interface ClaimRecord {
  id: string
  /** The claim of the write-up, in one sentence. */
  claim: string
  /** The write-up, `000` to `004`. */
  source: string
  /** `untested`: this run did not show what the verdict rests on. */
  verdict: 'confirmed' | 'narrowed' | 'refuted' | 'untested'
  /** A sentence for each observation. */
  evidence: string[]
  /** What is true instead, or when. */
  note?: string
}

/** The answer of an outside detector about a host in a known state. */
export interface OutsideRecord extends Answer {
  detector: string
  stage: string
}

/** How often one detector was right on hosts in known states. Where a count is 0 there is no share. */
export interface ScoreRecord {
  /** `dockfault`: our own detectors together. */
  detector: string
  title: string
  /** How often it ran. */
  times: number
  causes: CauseScore
  byCause: Record<string, CauseScore>
  /** Whether anything is wrong: sick hosts it found sick, and healthy hosts it found healthy. */
  sick: { there: number; right: number }
  healthy: { there: number; right: number }
  /** Crashes, missed deadlines and output that the adapter cannot read. They are never right. */
  errors: number
  /** Why it did not run, and how often. */
  skipped: Record<string, number>
  rows: ScoreRow[]
}

/** Causes that were present, that were named, and both. Precision is right / named, recall is right / there. */
export interface CauseScore {
  there: number
  named: number
  right: number
}

/** A row of a detector's own confusion matrix. `named` may hold `sick`, which names no cause. */
export interface ScoreRow extends ConfusionRow {
  /** The host was sick, with or without a known cause. */
  sick: boolean
  /** How often it gave no answer. */
  errors: number
}
