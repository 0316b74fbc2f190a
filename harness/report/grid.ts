import type { CellRecord } from '../results/record.ts'
import type { Outcome } from '../scenario/terms.ts'

/** One probe at one stage. */
export interface Square {
  stage: string
  probe: string
  expected: Outcome
  observed: Outcome
  detail: string
  durationMs: number
  /** It differs from what the scenario expects. */
  mismatch: boolean
  /** It differs from the healthy host: a connection that should be blocked but passes is as sick as the reverse. */
  sick: boolean
}

/** The probes of a cell as a table: a row for each probe, a column for each stage. */
export interface Grid {
  stages: string[]
  rows: { probe: string; squares: (Square | undefined)[] }[]
}

/** The probe records of a cell by probe and stage, in the order in which they first ran. */
export function probeGrid(cell: CellRecord): Grid {
  const stages = unique(cell.probes.map((probe) => probe.stage))
  const probes = unique(cell.probes.map((probe) => probe.name))
  const at = new Map(cell.probes.map((probe) => [`${probe.stage}\n${probe.name}`, probe]))
  const rows = probes.map((probe) => {
    const healthy = at.get(`healthy\n${probe}`)?.expected ?? 'pass'
    const squares = stages.map((stage): Square | undefined => {
      const record = at.get(`${stage}\n${probe}`)
      if (!record) return undefined
      const { expected, observed, detail, durationMs } = record
      const sick = observed !== 'error' && observed !== healthy
      return { stage, probe, expected, observed, detail, durationMs, mismatch: expected !== observed, sick }
    })
    return { probe, squares }
  })
  return { stages, rows }
}

const unique = (names: string[]): string[] => [...new Set(names)]
