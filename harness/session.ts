import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { EventLoopUtilization } from 'node:perf_hooks'
import { causeNames } from './causes/index.ts'
import { closeProviders } from './hosts/index.ts'
import { leftBehind, sweepEverything } from './hosts/sweep.ts'
import { LabError } from './lib/errors.ts'
import { reportToGithub } from './report/github.ts'
import { writeReports } from './report/write.ts'
import { skippedRecord } from './results/blank-record.ts'
import { complete } from './results/complete.ts'
import { readHistory, remember } from './results/history.ts'
import { loadClaims } from './results/load-claims.ts'
import { type CellRecord, isLeft, notBegun, type RunRecord, recordVersion } from './results/record.ts'
import { runTask } from './run-task.ts'
import type { Cell } from './scenario/cell.ts'
import { expectDurations } from './schedule/expect.ts'
import { runPool } from './schedule/pool.ts'
import { defaultJobs, memoryLeft } from './schedule/room.ts'
import { tasksOf } from './schedule/tasks.ts'
import type { SessionOptions } from './session-options.ts'

/** The folder for runs and their history: in the working folder, never beside the program. */
export const reportsDir = resolve(process.env.DOCKFAULT_REPORTS || 'reports')

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
