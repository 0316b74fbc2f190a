import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { causes, faults } from './causes/index.ts'
import { followers } from './cell/followers.ts'
import type { RunContext } from './cell/run-context.ts'
import type { Provider } from './hosts/host.ts'
import { messageOf } from './lib/errors.ts'
import { probes } from './probes/index.ts'
import { blankRecord, skippedRecord } from './results/blank-record.ts'
import { inLightOf } from './results/known.ts'
import { baseName, type CellRecord, interrupted } from './results/record.ts'
import { runStages, stagesOf } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { knownIssueOf } from './scenario/known-issues.ts'
import { withRetries } from './schedule/retry.ts'
import { lanesIn, roomOf } from './schedule/room.ts'
import type { CellTask } from './schedule/tasks.ts'
import type { SessionOptions } from './session-options.ts'

/** `more`: it is one of several cells. */
type TaskOptions = SessionOptions & { more: boolean }

/** Runs one cell on the provider that was chosen for it, again where the options want that; skips it where there is none. */
export async function runTask({ cell, choice }: CellTask, dir: string, options: TaskOptions): Promise<CellRecord> {
  if ('reason' in choice) return skippedRecord(cell, choice.reason)
  const logDir = join(dir, 'hosts', cell.name)
  return withRetries(options.retries ?? { retryFailed: 0, retryBroken: 0 }, options.signal, async (attempt) => {
    if (attempt > 1) {
      // The report links to the last try's logs. A killed process may have left earlier ones.
      const aside = `${logDir}~${attempt - 1}`
      await rm(aside, { recursive: true, force: true })
      await rename(logDir, aside)
    }
    const record = await runCell(cell, choice.provider, logDir, options)
    const issue = knownIssueOf({ ...cell, name: baseName(cell.name) }, record.provider, options.knownIssues ?? [])
    return inLightOf(issue, record, new Date().toISOString().slice(0, 10))
  })
}

async function runCell(cell: Cell, provider: Provider, logDir: string, options: TaskOptions): Promise<CellRecord> {
  const { reporter, signal, more } = options
  await mkdir(logDir, { recursive: true })
  const record = blankRecord(cell, provider.name, await provider.accelerator())
  // No command runs a single cell of a sweep.
  if (cell.varied) record.command = options.command
  const stages = stagesOf(cell, options.until)
  reporter.cellStart({ ...record, stages })
  const progress: RunContext['progress'] = (line, stage) => reporter.progress(line, cell.name, stage)
  // Several cells keep the processors busy without lanes.
  const lanes = (): number => (more ? 1 : lanesIn(roomOf(provider.name, record.accelerator), options))
  const context: RunContext = {
    provider,
    faults,
    causes,
    probes,
    followers,
    logDir,
    signal,
    progress,
    lanes,
    more,
    ...(options.keep && { keep: options.keep }),
    ...(options.cold && { cold: true }),
    ...(options.outside && { outside: options.outside }),
    ...options.instead,
  }
  const starts = (stage: string): void => reporter.stageStart(stage, cell.name)
  try {
    for await (const stage of runStages(cell, context, record, { ...options, starts }))
      reporter.stageEnd(stage, cell.name)
  } catch (error) {
    // The other cells continue.
    record.verdict = 'broken'
    record.reason = signal.aborted ? interrupted : messageOf(error)
  }
  return record
}
