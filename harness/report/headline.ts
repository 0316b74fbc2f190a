import type { CellRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { probeGrid } from './grid.ts'
import { count, phrase, sentence } from './words.ts'

/** The result of a cell in one line. */
export function headline(cell: CellRecord): string {
  if (cell.verdict !== 'passed') return shortfall(cell)
  return success(cell)
}

function success(cell: CellRecord): string {
  if (cell.varied) return 'Observed under the conditions of a sweep or a bisection, which asserts nothing.'
  const named = new Set(cell.diagnoses.flatMap((diagnosis) => diagnosis.named))
  const stages = cell.stages.map(({ name }) => name)
  if (!stages.includes('inject')) return 'Healthy from start to end, and no detector named a cause.'
  // A run may end before the host breaks.
  if (!stages.includes('broken')) return sentence(`as the scenario expects, up to ${phrase(stages.slice(-1))}`)
  const { stages: columns, rows } = probeGrid(cell)
  const sick = rows.some(({ squares }) => squares[columns.indexOf('broken')]?.sick)
  if (named.size === 0 && !sick) return 'As the scenario expects, nothing broke and no detector named a cause.'
  const cures = cell.fixes.filter((fix) => fix.observed === 'cures').length
  const others = cell.fixes.length - cures
  const fixes = [
    cures > 0 && `${count(cures, 'fix', 'fixes')} ${cures === 1 ? 'cures' : 'cure'} it`,
    others > 0 &&
      `${cures > 0 ? others : count(others, 'fix', 'fixes')} ${others === 1 ? 'does' : 'do'} not${cures > 0 ? '' : ' cure it'}`,
  ].filter(Boolean)
  return sentence([done(named.size > 0, cures > 0), fixes.join(', ')].filter(Boolean).join(': '))
}

function done(named: boolean, cured: boolean): string {
  if (!named) return 'reproduced, without a known cause'
  return cured ? 'reproduced, diagnosed from evidence alone, and cured' : 'reproduced and diagnosed from evidence alone'
}

function shortfall(cell: CellRecord): string {
  const at = phrase(cell.stages.filter(({ verdict }) => verdict === cell.verdict).map(({ name }) => name))
  if (cell.verdict === 'known' && cell.knownIssue)
    return `Fails as known until ${cell.knownIssue.until}: ${bound(cell.knownIssue.tracker, 200)}`
  if (at && cell.verdict === 'failed') return `Not as the scenario expects at ${at}.`
  if (at && cell.verdict === 'broken')
    return `The lab itself broke at ${at}, so this proves nothing about the fault or a detector.`
  return sentence(bound(cell.reason ?? `the cell is ${cell.verdict}`, 300))
}
