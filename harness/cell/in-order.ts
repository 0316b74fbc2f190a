import type { CellRecord, StageRecord } from '../results/record.ts'
import type { FixOutcome } from './fix-lanes.ts'
import { join } from './notes.ts'

/** Whether the cell ends with this stage. Fixes are independent; every other stage builds on the one before. */
export const endsCell = ({ name, verdict }: StageRecord): boolean =>
  verdict === 'broken' || (verdict === 'failed' && !name.startsWith('fix:'))

/** Adds a stage to its cell. The worst stage decides the cell's verdict and reason. */
export function addStage(record: CellRecord, stage: StageRecord): void {
  record.stages.push(stage)
  const rank = { passed: 0, skipped: 0, known: 0, flaky: 0, failed: 1, broken: 2 }
  if (rank[stage.verdict] <= rank[record.verdict]) return
  record.verdict = stage.verdict
  record.reason = `stage ${stage.name}: ${stage.verdict === 'broken' ? stage.summary : stage.mismatches[0]}`
}

/** Adds fixes to a record in the scenario's order, whichever ended first; nothing after a broken one. */
export class InOrder {
  readonly #record: CellRecord
  readonly #waiting = new Map<number, FixOutcome>()
  #next = 0
  #last: FixOutcome | undefined

  constructor(record: CellRecord) {
    this.#record = record
  }

  take(outcome: FixOutcome): void {
    this.#waiting.set(outcome.index, outcome)
    for (let due = this.#waiting.get(this.#next); due; due = this.#waiting.get(this.#next)) this.#add(due)
  }

  /** Adds the fixes that an interruption left waiting for their turn; gives the last of all that were added. */
  finish(): FixOutcome | undefined {
    for (const outcome of [...this.#waiting.values()].sort((a, b) => a.index - b.index)) this.#add(outcome)
    return this.#last
  }

  #add(outcome: FixOutcome): void {
    this.#waiting.delete(outcome.index)
    this.#next = outcome.index + 1
    if (this.#last && endsCell(this.#last.stage)) return
    this.#last = outcome
    join(this.#record, outcome.notes)
    addStage(this.#record, outcome.stage)
  }
}
