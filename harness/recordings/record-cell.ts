import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faults } from '../faults/index.ts'
import type { Provider } from '../hosts/host.ts'
import { messageOf } from '../lib/errors.ts'
import { probes } from '../probes/index.ts'
import type { CellRecord } from '../results/record.ts'
import { tell } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import { blank } from '../session.ts'
import type { StageRecording } from './map.ts'
import { prune } from './prune.ts'

/** What a recording came to: the new bundle, and packets where some were followed, or why there is none. */
export type Recorded = { path: string; bundle: string; packets?: string } | { path: string; why: string }

export interface RecordOptions {
  provider: Provider
  logDir: string
  signal: AbortSignal
  progress: (line: string) => void
}

/**
 * Plays a cell as far as its recordings need it, and gives the bundle of each. None of a stage whose probes, or whose fix,
 * did otherwise than the scenario says: that host is not the one to be recorded. Rejects only when interrupted.
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
  const record = blank(cell, provider.name, await provider.accelerator())
  let failure = ''
  try {
    const lab = { ...options, faults, causes: [], probes, more: true }
    for await (const stage of tell(pruned.cell, lab, record, { until: pruned.until })) options.progress(stage.name)
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

/** Why the host of a stage is not to be recorded; empty where it is as the scenario says. */
function objection(record: CellRecord, stage: string): string {
  const seen = record.probes.filter((probe) => probe.stage === stage)
  if (seen.length === 0) return record.reason ?? 'it was not reached'
  const wrong = seen.filter(({ expected, observed }) => expected !== observed)
  if (wrong.length > 0)
    return wrong.map(({ name, expected, observed }) => `${name} ${observed}, not ${expected}`).join(', ')
  const [name, rung] = stage.replace(/^fix:/, '').split('+')
  const fix = stage.startsWith('fix:') ? record.fixes.find((each) => each.name === name) : undefined
  if (!fix) return ''
  // Without a detector that still names a cause, a fix that masks it looks like one that cures.
  const same = fix.observed === fix.expected || (fix.observed === 'cures' && fix.expected === 'masks')
  if (!same) return `the fix ${fix.observed}, and should be: ${fix.expected}`
  return rung && fix.ladder[rung] === 'error' ? 'a probe crashed' : ''
}
