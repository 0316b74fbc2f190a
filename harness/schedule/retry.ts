import { type AttemptRecord, type CellRecord, interrupted } from '../results/record.ts'

/** How often a cell may run again after it failed, and how often after the lab itself broke. */
export interface Retries {
  retryFailed: number
  retryBroken: number
}

/**
 * Runs a cell, and repeats it while retries are left. A cell that failed and then passed is `flaky`. One that broke and
 * then passed has passed, because a broken try proves nothing. The record lists all tries but the last in brief.
 */
export async function withRetries(
  { retryFailed, retryBroken }: Retries,
  signal: AbortSignal,
  run: (attempt: number) => Promise<CellRecord>,
): Promise<CellRecord> {
  const left = { failed: retryFailed, broken: retryBroken }
  const tries: CellRecord[] = []
  for (;;) {
    const record = await run(tries.length + 1)
    tries.push(record)
    const { verdict } = record
    const again = (verdict === 'failed' || verdict === 'broken') && left[verdict]-- > 0
    if (!again || signal.aborted) return conclude(tries)
  }
}

function conclude(tries: readonly CellRecord[]): CellRecord {
  const failed = tries.findLast(({ verdict }) => verdict === 'failed')
  let last = tries.at(-1)!
  // A failure stands even if the lab breaks in a later try.
  if (last.verdict === 'broken' && last.reason !== interrupted && failed) last = failed
  const attempts = tries.filter((each) => each !== last).map(brief)
  if (attempts.length === 0) return last
  if (last.verdict !== 'passed' || !failed) return { ...last, attempts }
  return { ...last, attempts, verdict: 'flaky', reason: `passed when it ran again; before that, ${failed.reason}` }
}

const brief = ({ verdict, reason, durationMs }: CellRecord): AttemptRecord => ({
  verdict: verdict === 'failed' ? 'failed' : 'broken',
  reason: reason ?? '',
  durationMs,
})
