import type { CellRecord } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'

const observes = (stage: string): boolean => /^(healthy|latent|broken|fix:.*)$/.test(stage)

/**
 * Why the record of a cell that passed proves less than that, as a sentence that names the stage: a stage did not run, ran
 * twice or did not pass, or it ran without probes, a diagnosis or its fix. Undefined where nothing is missing.
 */
export function gapIn(cell: Cell, names: readonly string[], record: CellRecord): string | undefined {
  const probes = Object.keys(cell.healthy.probes)
  for (const name of names) {
    const [stage, ...more] = record.stages.filter((each) => each.name === name)
    if (!stage || more.length > 0) return `stage ${name}: it ${stage ? `ran ${more.length + 1} times` : 'did not run'}`
    if (stage.verdict !== 'passed' || stage.mismatches.length > 0)
      return `stage ${name}: the cell passed, but the stage did not: ${stage.mismatches[0] ?? stage.summary}`
    if (!observes(name)) continue
    const probed = record.probes.filter(({ stage }) => stage === name).map((probe) => probe.name)
    const unprobed = probes.filter((probe) => !probed.includes(probe))
    if (unprobed.length > 0) return `stage ${name}: no result of ${unprobed.join(', ')}`
    if (!record.diagnoses.some(({ stage }) => stage === name)) return `stage ${name}: no diagnosis`
    const fix = /^fix:(.*)$/.exec(name)?.[1]
    if (fix && !record.fixes.some((each) => each.name === fix)) return `stage ${name}: no result of the fix`
  }
  return undefined
}
