import type { StageRecord } from '../results/record.ts'
import type { CellRun } from './cell-run.ts'
import { InOrder } from './in-order.ts'
import type { Lanes } from './lanes.ts'
import { blankNotes, type Notes } from './notes.ts'
import { playStage } from './play-stage.ts'
import type { RunContext } from './run-context.ts'
import { tryFix } from './try-fix.ts'

/** A fix that has ended: its index among the requested fixes, its stage and notes, and the run that tried it. */
export interface FixOutcome {
  index: number
  stage: StageRecord
  notes: Notes
  lane: CellRun
}

/**
 * Tries fixes in as many lanes as there is room for. Gives each stage as it ends. Starts the fixes, and fills the
 * record, in the order of `names`.
 */
export async function* runFixes(
  lanes: Lanes,
  names: readonly string[],
  starts: (stage: string) => void,
): AsyncGenerator<StageRecord, void> {
  const { record, context } = lanes.first
  lanes.widen(laneCount(context, names.length))
  const joined = new InOrder(record)
  try {
    for await (const outcome of outcomes(lanes.all, names, starts)) {
      joined.take(outcome)
      yield outcome.stage
    }
  } finally {
    lanes.last = joined.finish()?.lane ?? lanes.first
  }
}

/** The number of lanes. Without snapshots every fix breaks a host of its own, so those can run side by side as well. */
function laneCount({ provider, cold, lanes }: RunContext, fixes: number): number {
  const canFork = cold || provider.fork || !provider.restore
  return canFork ? Math.max(1, Math.min(fixes, lanes?.() ?? 1)) : 1
}

/** Gives each fix as it ends. A broken fix ends the cell: later fixes are abandoned, earlier ones continue. */
async function* outcomes(
  lanes: readonly CellRun[],
  names: readonly string[],
  starts: (stage: string) => void,
): AsyncGenerator<FixOutcome, void> {
  const free = [...lanes]
  const running = new Map<CellRun, { index: number; outcome: Promise<FixOutcome | undefined> }>()
  let next = 0
  let end = names.length
  for (;;) {
    while (next < end && free.length > 0) {
      const lane = free.shift()!
      const index = next++
      starts(names[index]!)
      running.set(lane, { index, outcome: tryIn(lane, names[index]!, index) })
    }
    if (running.size === 0) return
    const ended = await Promise.race([...running.values()].map(({ outcome }) => outcome))
    if (!ended) continue
    running.delete(ended.lane)
    free.push(ended.lane)
    if (ended.stage.verdict === 'broken') {
      end = Math.min(end, ended.index)
      for (const [lane, { index }] of running)
        if (index > ended.index) {
          running.delete(lane)
          await lane.slot.close({ abandoned: true })
        }
    }
    yield ended
  }
}

/** Tries one fix in a lane; undefined if it was abandoned. */
async function tryIn(lane: CellRun, name: string, index: number): Promise<FixOutcome | undefined> {
  lane.notes = blankNotes()
  const fix = lane.cell.fixes.find(({ use }) => name === `fix:${use}`)!
  try {
    const stage = await playStage(name, lane, (cellRun, stage) => tryFix(cellRun, fix, stage))
    return { index, stage, notes: lane.notes, lane }
  } catch (error) {
    if (lane.context.signal.aborted) throw error
    return undefined
  }
}
