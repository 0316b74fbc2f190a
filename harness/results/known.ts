import type { KnownIssue } from '../scenario/known-issues.ts'
import type { CellRecord } from './record.ts'

/**
 * A cell's record in the light of the known issue that speaks of it, if any. On a day (`2026-12-31`) up to its last, a
 * failure is `known`; past it, it has failed. A cell that passes has failed too: the entry goes. What the lab itself
 * broke, what was skipped and what is flaky stay as they are.
 */
export function inLightOf(issue: KnownIssue | undefined, cell: CellRecord, today: string): CellRecord {
  if (!issue || (cell.verdict !== 'failed' && cell.verdict !== 'passed')) return cell
  const { pattern, tracker, until, where } = issue
  const known = { ...cell, knownIssue: { pattern, tracker, until, where } }
  const entry = `${where.file}:${where.line}`
  if (cell.verdict === 'passed')
    return {
      ...known,
      verdict: 'failed',
      reason: `it passed, and ${entry} expects it to fail (${tracker}): remove the entry`,
    }
  if (today > until)
    return { ...known, reason: `the known issue of ${entry} (${tracker}) expired on ${until}; ${cell.reason}` }
  return { ...known, verdict: 'known', reason: `known until ${until} (${tracker}): ${cell.reason}` }
}
