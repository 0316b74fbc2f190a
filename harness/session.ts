import { mkdir, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { EventLoopUtilization } from 'node:perf_hooks'
import { causeNames, causes, faults } from './causes/index.ts'
import { followers } from './cell/followers.ts'
import type { RunContext } from './cell/run-context.ts'
import type { Provider } from './hosts/host.ts'
import { closeProviders } from './hosts/index.ts'
import { leftBehind, sweepEverything } from './hosts/sweep.ts'
import { LabError, messageOf } from './lib/errors.ts'
import { probes } from './probes/index.ts'
import { reportToGithub } from './report/github.ts'
import type { Reporter } from './report/terminal/index.ts'
import { writeReports } from './report/write.ts'
import { blankRecord, skippedRecord } from './results/blank-record.ts'
import { complete } from './results/complete.ts'
import { readHistory, remember } from './results/history.ts'
import { inLightOf } from './results/known.ts'
import { loadClaims } from './results/load-claims.ts'
import {
  baseName,
  type CellRecord,
  interrupted,
  isLeft,
  notBegun,
  type RunRecord,
  recordVersion,
} from './results/record.ts'
import { type RunCellOptions, runStages, stagesOf } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { type KnownIssue, knownIssueOf } from './scenario/known-issues.ts'
import { expectDurations } from './schedule/expect.ts'
import { runPool } from './schedule/pool.ts'
import { type Retries, withRetries } from './schedule/retry.ts'
import { defaultJobs, lanesIn, memoryLeft, roomOf } from './schedule/room.ts'
import type { RunStore } from './schedule/run-store.ts'
import { type CellTask, type Choose, tasksOf } from './schedule/tasks.ts'
import type { Adapter } from './scoring/adapter.ts'

/** The folder for runs and their history: in the working folder, never beside the program. */
export const reportsDir = resolve(process.env.DOCKFAULT_REPORTS || 'reports')

export interface SessionOptions extends RunCellOptions {
  reporter: Reporter
  signal: AbortSignal
  /** The command that repeats this run. */
  command: string
  provider?: string
  /** How many cells run side by side; by default as many as processors and memory allow. */
  jobs?: number
  /** After so many minutes the run begins no more cells. */
  minutes?: number
  retries?: Retries
  knownIssues?: readonly KnownIssue[]
  keep?: RunContext['keep']
  cold?: boolean
  /** Outside detectors to score beside dockfault's own. */
  outside?: readonly Adapter[]
  /** Where a matrix saves each cell that has ended, so that an interrupted run can be resumed. */
  store?: RunStore
  /** The folder for reports and history, and the choice of a provider: specs pass their own. */
  reports?: string
  choose?: Choose
  /** What specs run in place of the real faults, causes and probes. */
  instead?: Partial<Pick<RunContext, 'faults' | 'causes' | 'probes'>>
}

/** An id for a run that begins now: the time, and this process. */
export const newRunId = (now: Date): string => `${now.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z-${process.pid}`

/**
 * Runs cells, writes the reports, and gives the record and its folder. After an interruption it writes what it has. Throws
 * LabError where the lab itself was wrong: a cell ran twice, or a host is left.
 */
export async function runCells(
  cells: readonly Cell[],
  options: SessionOptions,
): Promise<{ record: RunRecord; dir: string }> {
  const { reporter, signal, store, reports = reportsDir } = options
  const started = new Date()
  const isOver = (): boolean => Date.now() - started.getTime() >= (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000
  const working = performance.eventLoopUtilization()
  // Before anything boots, so that a mistake in a claim fails at once.
  const claims = loadClaims()
  const { runId, startedAt, shard } = store?.plan ?? { runId: newRunId(started), startedAt: started.toISOString() }
  const dir = join(reports, runId)
  for (const name of (await sweepEverything({ kept: false })).ended)
    reporter.progress(`removed what a dead run had left: ${name}`)
  const done = (await store?.done()) ?? new Map<string, CellRecord>()
  const expected = expectDurations(cells, readHistory(reports))
  const tasks = await tasksOf(
    cells.filter(({ name }) => !done.has(name)),
    expected,
    options,
  )
  const jobs = options.jobs ?? defaultJobs(Math.min(...tasks.flatMap(({ memory }) => memory || [])))
  reporter.plan?.({ jobs, expected, done: [...done.values()] })
  try {
    const room = { memory: memoryLeft(), processors: availableParallelism() }
    await runPool(tasks, { jobs, ...room, memoryLeft, signal }, async (task) => {
      const cell = isOver()
        ? skippedRecord(task.cell, notBegun)
        : await runTask(task, dir, { ...options, more: tasks.length > 1 })
      if (done.has(cell.name)) throw new LabError('probe', `the cell ${cell.name} ran twice in one run`)
      done.set(cell.name, cell)
      if (!isLeft(cell)) await store?.save(cell)
      reporter.cellEnd(cell)
    })
  } finally {
    await closeProviders()
  }
  // In the requested order, whichever ended first; an interrupted run has gaps.
  const record = complete(
    {
      version: recordVersion,
      runId,
      startedAt,
      durationMs: Date.now() - started.getTime() + (store?.plan.spentMs ?? 0),
      harness: shareOf(performance.eventLoopUtilization(working)),
      command: options.command,
      cells: cells.flatMap(({ name }) => done.get(name) ?? []),
      ...(shard && { shard }),
      ...(store?.plan.bisect && { bisect: store.plan.bisect }),
    },
    { wanted: cells.map(({ name }) => name), causes: causeNames, claims, outside: options.outside },
  )
  const red = record.cells.find(({ verdict }) => verdict === 'failed' || verdict === 'broken')
  if (red && record.verdict === 'passed')
    throw new LabError('probe', `the run is called passed, but the cell ${red.name} is ${red.verdict}`)
  remember(record, reports)
  await writeReports(record, dir)
  reporter.end(record, join(dir, 'index.html'))
  reportToGithub(record, { annotate: true })
  const left = await leftBehind()
  if (left.length > 0)
    throw new LabError('host', `the run has left something on this machine: ${left.join(', ')}`, {
      hint: 'npm run down removes it, once this process has ended',
    })
  return { record, dir }
}

const shareOf = ({ active, idle }: EventLoopUtilization): NonNullable<RunRecord['harness']> => ({
  busyMs: Math.round(active),
  ofMs: Math.round(active + idle),
})

type TaskOptions = SessionOptions & { more: boolean }

async function runTask({ cell, choice }: CellTask, dir: string, options: TaskOptions): Promise<CellRecord> {
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
