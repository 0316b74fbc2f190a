import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faults } from '../causes/index.ts'
import type { Provider } from '../hosts/host.ts'
import { messageOf } from '../lib/errors.ts'
import { blankRecord } from '../results/blank-record.ts'
import type { CellRecord } from '../results/record.ts'
import { runStages } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import type { StageRecording } from './map.ts'
import { prune } from './prune.ts'

/** The result of a recording: the new bundle, with packets where some were traced, or why there is none. */
export type Recorded = { path: string; bundle: string; packets?: string } | { path: string; why: string }

export interface RecordOptions {
  provider: Provider
  logDir: string
  signal: AbortSignal
  progress: (line: string) => void
}

/**
 * Runs a cell as far as its recordings need, and gives the bundle of each. A stage gives none where a probe or its fix
 * differs from the scenario, because its host is not the one to record. Rejects only when interrupted.
 */
export async function recordCell(
  cell: Cell,
  recordings: readonly StageRecording[],
  options: RecordOptions,
): Promise<Recorded[]> {
  const { signal, logDir, provider } = options
  const pruned = prune(
    cell,
    recordings.map(({ stage }) => stage),
  )
  const record = blankRecord(cell, provider.name, await provider.accelerator())
  let failure = ''
  try {
    const context = { ...options, faults, causes: [], probes: pruned.probes, more: true }
    for await (const stage of runStages(pruned.cell, context, record, { until: pruned.until }))
      options.progress(stage.name)
  } catch (error) {
    signal.throwIfAborted()
    failure = messageOf(error)
  }
  return Promise.all(
    recordings.map(async ({ path, stage }) => {
      const why = failure || objection(record, stage)
      if (why) return { path, why: `${cell.name}, ${stage}: ${why}` }
      const file = join(logDir, `${stage.replaceAll(/[^\w.+-]/g, '-')}.bundle`)
      return { path, bundle: await readFile(file, 'utf8') }
    }),
  )
}

/** Why the host of a stage cannot be recorded; empty where it is as the scenario expects. */
function objection(record: CellRecord, stage: string): string {
  const seen = record.probes.filter((probe) => probe.stage === stage)
  if (seen.length === 0) return record.reason ?? 'the stage did not run'
  const wrong = seen.filter(({ expected, observed }) => expected !== observed)
  if (wrong.length > 0)
    return wrong.map(({ name, expected, observed }) => `${name} ${observed}, not ${expected}`).join(', ')
  const [name, rung] = stage.replace(/^fix:/, '').split('+')
  const fix = stage.startsWith('fix:') ? record.fixes.find((each) => each.name === name) : undefined
  if (!fix) return ''
  // Detectors do not count here, so a fix that masks the cause seems to cure it.
  const same = fix.observed === fix.expected || (fix.observed === 'cures' && fix.expected === 'masks')
  if (!same) return `the fix is ${fix.observed}, not ${fix.expected}`
  return rung && fix.ladder[rung] === 'error' ? 'a probe crashed' : ''
}
