import type { KnownIssue } from '../scenario/known-issues.ts'
import type { CellRecord } from './record.ts'

/**
 * Applies a known issue to a cell's record. Until the issue's last day (`2026-12-31`) a failure is `known`, after it
 * `failed`. A cell that passes fails too, so that the entry gets removed. Other verdicts stay as they are.
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
      reason: `it passed, but ${entry} expects it to fail (${tracker}); remove the entry`,
    }
  if (today > until)
    return { ...known, reason: `the known issue of ${entry} (${tracker}) expired on ${until}; ${cell.reason}` }
  return { ...known, verdict: 'known', reason: `known until ${until} (${tracker}): ${cell.reason}` }
}
