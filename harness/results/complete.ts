import { claimsOf, judgeClaims } from './claims.ts'
import { confusion } from './confusion.ts'
import type { Claim } from './load-claims.ts'
import type { RunRecord } from './record.ts'
import { scores } from './scores.ts'
import { runVerdict } from './verdict.ts'

/** A record with everything that follows from its cells: missing cells, confusion, scores, claims, verdict. */
export function complete(
  run: Omit<RunRecord, 'verdict' | 'confusion' | 'missing'>,
  by: {
    wanted: readonly string[]
    causes: readonly string[]
    claims: readonly Claim[]
    /** Outside detectors that ran beside ours. */
    outside?: Parameters<typeof scores>[1] | undefined
  },
): RunRecord {
  const { claims: _, scores: __, ...rest } = run
  const names = new Set(run.cells.map(({ name }) => name))
  const missing = by.wanted.filter((name) => !names.has(name))
  const seen = confusion(run.cells, by.causes)
  const about = claimsOf(by.claims, run.cells)
  return {
    ...rest,
    verdict: runVerdict({ cells: run.cells, confusion: seen }, by.wanted.length),
    confusion: seen,
    ...(by.outside?.length && { scores: scores(run.cells, by.outside) }),
    ...(about.length > 0 && { claims: judgeClaims(about, run.cells) }),
    ...(missing.length > 0 && { missing }),
  }
}
