import { unmeasured } from './cell/advice-measured.ts'
import { calibrateClasses, calibrateComparison, calibrateProbes } from './cell/calibration.ts'
import { CellRun } from './cell/cell-run.ts'
import { unmetConditions } from './cell/conditions-held.ts'
import { runFixes } from './cell/fix-lanes.ts'
import { hostFacts, packagesOf } from './cell/host-facts.ts'
import { addStage, endsCell } from './cell/in-order.ts'
import { readJournal } from './cell/journal.ts'
import { Lanes } from './cell/lanes.ts'
import { playStage, type StageWork } from './cell/play-stage.ts'
import type { RunContext } from './cell/run-context.ts'
import { gapIn } from './cell/whole.ts'
import type { Host } from './hosts/host.ts'
import type { CellRecord, StageRecord } from './results/record.ts'
import type { Cell, InjectedFault } from './scenario/cell.ts'

export interface RunCellOptions {
  /** Last stage to run. */
  until?: string
  /** Called with the living host after the last stage, before it is destroyed. */
  visit?: (host: Host) => Promise<void>
  /** Called with the name of each stage that starts; several fixes may run at once. */
  starts?: (stage: string) => void
}

/** The stages a cell may have before its fixes, in order. */
export const beforeFixes = ['provision', 'healthy', 'inject', 'latent', 'broken']

/** The names of a cell's stages, in order, before anything runs. `until` need not be a stage of this cell. */
export function stagesOf(cell: Cell, until?: string): string[] {
  const names = [
    'provision',
    'healthy',
    ...(cell.fault ? ['inject'] : []),
    ...(cell.latent ? ['latent'] : []),
    ...(cell.broken ? ['broken'] : []),
    ...cell.fixes.map((fix) => `fix:${fix.use}`),
  ]
  if (!until) return names
  const last = beforeFixes.indexOf(until)
  if (last < 0) return names.slice(0, names.indexOf(until) + 1)
  return names.filter((name) => beforeFixes.slice(0, last + 1).includes(name))
}

/**
 * Runs the stages of a cell and gives each as it ends. A stage that does not pass ends the cell. Fixes are independent:
 * a failed one does not end the cell, and several run side by side where there is room. Fills the cell's record in the
 * scenario's order. Destroys the hosts in any case.
 */
export async function* runStages(
  cell: Cell,
  context: RunContext,
  record: CellRecord,
  options: RunCellOptions = {},
): AsyncGenerator<StageRecord, void> {
  const started = performance.now()
  const names = stagesOf(cell, options.until)
  const starts = (name: string): void => options.starts?.(name)
  const lanes = new Lanes(new CellRun(cell, context, record))
  try {
    for (const name of names.filter((name) => !isFix(name))) {
      context.signal.throwIfAborted()
      starts(name)
      const stage = await playStage(name, lanes.first, parts[name]!)
      addStage(record, stage)
      yield stage
      if (endsCell(stage)) break
    }
    if (!record.stages.some(endsCell)) yield* runFixes(lanes, names.filter(isFix), starts)
    const gap = record.verdict === 'passed' ? gapIn(cell, names, record) : undefined
    if (gap) Object.assign(record, { verdict: 'broken', reason: gap })
    const { host } = lanes.last
    if (host && options.visit) await options.visit(host)
  } finally {
    const keep = context.keep === 'always' || (context.keep === 'failed' && record.verdict !== 'passed')
    await lanes.close({ keep: keep && !context.signal.aborted })
    record.durationMs = Math.round(performance.now() - started)
  }
}

const isFix = (name: string): boolean => name.startsWith('fix:')

async function provision(cellRun: CellRun, stage: StageRecord): Promise<void> {
  await cellRun.provision()
  // Provisioning may be the first to find out which accelerator works.
  cellRun.record.accelerator = await cellRun.context.provider.accelerator()
  stage.summary = `a ${cellRun.cell.host} host is up on ${cellRun.context.provider.name}, with its outside and its probe containers`
}

async function healthy(cellRun: CellRun, stage: StageRecord): Promise<void> {
  await calibrateProbes(cellRun.host!)
  cellRun.healthy = await cellRun.check(stage, cellRun.cell.healthy)
  calibrateComparison(cellRun.healthy)
  // A decoy may change a condition on purpose.
  const { varied, decoy, given } = cellRun.cell
  if (!varied && !decoy) stage.mismatches.push(...unmetConditions(given, cellRun.healthy.facts))
  cellRun.record.facts = hostFacts(cellRun.healthy.facts)
  if (cellRun.cell.varied) cellRun.record.packages = await packagesOf(cellRun.host!)
  stage.summary = cellRun.cell.varied
    ? `the host before the fault, as a sweep or a bisection set it; the detectors name ${cellRun.healthy.named.join(', ') || 'nothing'}`
    : stage.mismatches.length === 0
      ? 'every probe answers as on a healthy host, and no detector names a cause'
      : 'the host is not healthy, and nothing was done to it yet'
}

async function inject(cellRun: CellRun, stage: StageRecord): Promise<void> {
  await cellRun.inject()
  const { fault, and } = cellRun.cell
  stage.summary = and
    ? `the fault ${described(fault!)} has broken the host; now ${described(and)} is injected as well`
    : `the fault ${described(fault!)} is injected`
}

function described({ kind, params }: InjectedFault): string {
  const how = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
  return `${kind}${how.length > 0 ? ` (${how.join(', ')})` : ''}`
}

async function latent(cellRun: CellRun, stage: StageRecord): Promise<void> {
  const { named } = await cellRun.check(stage, cellRun.cell.latent!)
  const yet = cellRun.cell.and ? 'only the first fault shows' : 'nothing fails'
  if (cellRun.cell.varied) {
    stage.summary = `the host after the injection, as a sweep or a bisection set it; the detectors name ${named.join(', ') || 'nothing'}`
    return
  }
  const latent = stage.mismatches.length === 0 ? `${yet} yet` : `the host is not as the scenario expects while ${yet}`
  stage.summary = `${latent}, and the detectors name ${named.join(', ') || 'nothing'}`
}

async function broken(cellRun: CellRun, stage: StageRecord): Promise<void> {
  const expected = cellRun.cell.broken!
  await cellRun.trigger()
  cellRun.broken = await cellRun.check(stage, expected)
  calibrateClasses(cellRun.healthy!.vector, cellRun.broken.vector)
  stage.journal = await readJournal(cellRun.host!, expected.journal)
  if (!cellRun.cell.varied)
    stage.mismatches.push(
      ...unmeasured(
        cellRun.broken.examination,
        cellRun.cell.fixes.map(({ use }) => use),
      ),
    )
  for (const { expected: words, seen } of stage.journal)
    if (seen === undefined && !cellRun.cell.varied) stage.mismatches.push(`journal: no line holds “${words}”`)
  const changed = Object.entries(cellRun.broken.vector).filter(([name, seen]) => seen !== cellRun.healthy!.vector[name])
  stage.summary = `${changed.length} of ${cellRun.broken.probes.length} probes differ from the healthy host, and the detectors name ${cellRun.broken.named.join(', ') || 'nothing'}`
  if (stage.mismatches.length === 0) await cellRun.keepBroken()
}

const parts: Record<string, StageWork> = {
  provision,
  healthy,
  inject,
  latent,
  broken,
}
