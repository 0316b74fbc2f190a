import type { Cell } from '../scenario/cell.ts'
import { baseName, type CellRecord } from './record.ts'

/** A cell's record before it runs. */
export const blankRecord = (cell: Cell, provider: string, accelerator: string): CellRecord => ({
  name: cell.name,
  scenario: cell.scenario,
  title: cell.title,
  ...(cell.source && { source: cell.source }),
  host: cell.host,
  ...(cell.variant && { variant: cell.variant }),
  provider,
  accelerator,
  verdict: 'passed',
  durationMs: 0,
  facts: { kernel: '', bootId: '', os: '', docker: '', iptables: '', alternative: '' },
  stages: [],
  probes: [],
  diagnoses: [],
  fixes: [],
  rulesets: [],
  ...(cell.varied && { varied: cell.varied }),
  command: `npm run scenario ${baseName(cell.name)}`,
  where: cell.where,
})

/** The record of a cell that does not run. */
export const skippedRecord = (cell: Cell, reason: string): CellRecord => ({
  ...blankRecord(cell, 'none', 'none'),
  verdict: 'skipped',
  reason,
})
