import { own } from '../lib/own.ts'
import type { PastCell, PastRun } from '../results/history.ts'
import type { RunRecord, Verdict } from '../results/record.ts'
import { isBad } from './words.ts'

/** What has changed since each cell last ran. */
export interface Changes {
  /** `worse`: it no longer passes. `better`: it passes again. `other`: for example it passed and is now skipped. */
  worse: Change[]
  better: Change[]
  other: Change[]
  /** It passes, but takes much longer than before. */
  slower: { name: string; before: number; now: number }[]
  /** Cells that never ran before. */
  fresh: string[]
}

export interface Change {
  name: string
  before: Verdict
  now: Verdict
}

const good = (verdict: Verdict): boolean => verdict === 'passed'
// Hosts are never equally fast, so only a difference that a person would notice counts.
const muchSlower = (now: number, before: number): boolean => now > 1.5 * before && now - before > 30_000

/** The changes of a run against earlier runs, which come oldest first. */
export function changesSince(record: Pick<RunRecord, 'cells'>, past: readonly PastRun[]): Changes {
  const changes: Changes = { worse: [], better: [], other: [], slower: [], fresh: [] }
  for (const { name, verdict: now, durationMs } of record.cells) {
    const earlier = past.flatMap(({ cells }): PastCell[] => [own(cells, name) ?? []].flat())
    const last = earlier.at(-1)
    if (!last) {
      changes.fresh.push(name)
      continue
    }
    const change = { name, before: last.verdict, now }
    if (last.verdict !== now) {
      if (isBad(now) && !isBad(last.verdict)) changes.worse.push(change)
      else if (good(now) && isBad(last.verdict)) changes.better.push(change)
      else changes.other.push(change)
    }
    const usual = median(earlier.filter(({ verdict }) => good(verdict)).map((cell) => cell.durationMs))
    if (good(now) && usual !== undefined && muchSlower(durationMs, usual))
      changes.slower.push({ name, before: usual, now: durationMs })
  }
  return changes
}

const median = (values: readonly number[]): number | undefined =>
  values.slice(-5).sort((a, b) => a - b)[Math.floor(Math.min(values.length, 5) / 2)]
