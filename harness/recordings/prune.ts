import { LabError } from '../lib/errors.ts'
import { probes } from '../probes/index.ts'
import type { Probe } from '../probes/probe.ts'
import { beforeFixes, stagesOf } from '../run.ts'
import type { Cell, Expectation, PlannedFix } from '../scenario/cell.ts'
import { stageOf } from './map.ts'

// A recording is of a host, and its probes prove that it is the right one. Its diagnosis does not matter.
const blind = ({ verdict: _, unexplained: __, ...state }: Expectation, kept: readonly Probe[]): Expectation => ({
  ...state,
  diagnosis: [],
  probes: Object.fromEntries(kept.flatMap(({ name }) => (name in state.probes ? [[name, state.probes[name]!]] : []))),
})

/** A cell reduced to what some stages need, and the last stage to run. */
export interface Pruned {
  cell: Cell
  until: string
  /** Those that change the host run after its evidence is collected. They only matter for the class of a fix. */
  probes: readonly Probe[]
}

/** Removes what these stages do not need. Throws LabError `usage` for a stage or rung that the cell does not have. */
export function prune(cell: Cell, stages: readonly string[]): Pruned {
  const known = stagesOf(cell)
  for (const stage of stages) {
    const [name, rung] = stage.split('+')
    const fix = cell.fixes.find(({ use }) => `fix:${use}` === name)
    if (!known.includes(name!) || (rung !== undefined && !(rung in (fix?.ladder ?? {}))))
      throw new LabError('usage', `${cell.name} has no stage ${stage}`, { hint: `it has ${known.join(', ')}` })
  }
  const names = new Set(stages.map((stage) => stageOf({ stage })))
  const fixes = cell.fixes
    .filter(({ use }) => names.has(`fix:${use}`))
    .map(({ use, expect, facts, ladder }): PlannedFix => {
      const rungs = Object.entries(ladder).filter(([rung]) => stages.includes(`fix:${use}+${rung}`))
      return { use, expect, facts, ladder: Object.fromEntries(rungs) }
    })
  const last = fixes.at(-1)
  const order = beforeFixes.filter((name) => names.has(name))
  const kept = last ? probes : probes.filter(({ changes }) => !changes)
  return {
    probes: kept,
    cell: {
      ...cell,
      healthy: blind(cell.healthy, kept),
      ...(cell.latent && { latent: blind(cell.latent, kept) }),
      ...(cell.broken && { broken: blind(cell.broken, kept) }),
      fixes,
    },
    until: last ? `fix:${last.use}` : order.at(-1)!,
  }
}
