import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { followers } from './cell/followers.ts'
import type { Lab } from './cell/scene.ts'
import { loadClaims } from './faults/claims.ts'
import { detectors, faults } from './faults/index.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { sweepEverything } from './hosts/sweep.ts'
import { probes } from './probes/index.ts'
import { claimsOf, judgeClaims } from './report/claims.ts'
import { confusion } from './report/confusion.ts'
import type { CellRecord, RunRecord } from './report/record.ts'
import { scores } from './report/scores.ts'
import type { Reporter } from './report/terminal/index.ts'
import { runVerdict } from './report/verdict.ts'
import { writeReports } from './report/write.ts'
import { endsStory, stagesOf, type TellOptions, tell } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import type { Adapter } from './scoring/adapter.ts'

export const reportsDir = new URL('../reports/', import.meta.url).pathname

export interface SessionOptions extends TellOptions {
  reporter: Reporter
  signal: AbortSignal
  /** The command that repeats this run. */
  command: string
  provider?: string
  /** How many cells run side by side; 1 by default. */
  jobs?: number
  keep?: Lab['keep']
  /** Outside detectors to score beside ours. */
  outside?: readonly Adapter[]
}

/** Runs cells, writes the reports, and gives the record and its folder. Interrupted, it writes what it has. */
export async function runCells(
  cells: readonly Cell[],
  options: SessionOptions,
): Promise<{ record: RunRecord; dir: string }> {
  const started = new Date()
  // Before anything boots: a mistake in a claim is told at once.
  const claims = loadClaims()
  const record: RunRecord = {
    version: 1,
    runId: `${started.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z-${process.pid}`,
    startedAt: started.toISOString(),
    durationMs: 0,
    verdict: 'passed',
    command: options.command,
    cells: [],
  }
  const dir = join(reportsDir, record.runId)
  for (const name of (await sweepEverything({ kept: false })).ended)
    options.reporter.progress(`ended what a dead run had left: ${name}`)
  const queue = [...cells.entries()]
  const done: CellRecord[] = []
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next && !options.signal.aborted; next = queue.shift())
      done[next[0]] = await runCell(next[1], dir, options)
  }
  try {
    await Promise.all(Array.from({ length: options.jobs ?? 1 }, worker))
  } finally {
    await closeProviders()
  }
  // In the order asked for, whichever ended first; a run that was interrupted has gaps.
  record.cells = done.filter((cell) => cell !== undefined)
  record.durationMs = Date.now() - started.getTime()
  record.confusion = confusion(record.cells, Object.keys(detectors))
  if (options.outside) record.scores = scores(record.cells, options.outside)
  const about = claimsOf(claims, record.cells)
  if (about.length > 0) record.claims = judgeClaims(about, record.cells)
  record.verdict = runVerdict(record, cells.length)
  await writeReports(record, dir)
  options.reporter.end(record, join(dir, 'index.html'))
  return { record, dir }
}

async function runCell(cell: Cell, dir: string, options: SessionOptions): Promise<CellRecord> {
  const { reporter, signal } = options
  const choice = await choose(cell, options.provider)
  if ('reason' in choice) {
    const record = { ...blank(cell, 'none', 'none'), verdict: 'skipped' as const, reason: choice.reason }
    reporter.cellEnd(record)
    return record
  }
  const { provider } = choice
  const logDir = join(dir, 'hosts', cell.name)
  await mkdir(logDir, { recursive: true })
  const record = blank(cell, provider.name, await provider.accelerator())
  const stages = stagesOf(cell, options.until)
  reporter.cellStart({ ...record, stages })
  const progress = (line: string): void => reporter.progress(line, cell.name)
  const lab: Lab = {
    provider,
    faults,
    detectors,
    probes,
    followers,
    logDir,
    signal,
    progress,
    ...(options.keep && { keep: options.keep }),
    ...(options.outside && { outside: options.outside }),
  }
  const story = tell(cell, lab, record, options)
  try {
    for (const name of stages) {
      reporter.stageStart(name, cell.name)
      const { value: stage, done } = await story.next()
      if (done) break
      reporter.stageEnd(stage, cell.name)
      if (endsStory(stage)) break
    }
    await story.next()
  } catch (error) {
    if (!signal.aborted) throw error
    record.verdict = 'broken'
    record.reason = 'interrupted'
  }
  reporter.cellEnd(record)
  return record
}

/** A cell's record before its story begins. */
export const blank = (cell: Cell, provider: string, accelerator: string): CellRecord => ({
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
  command: `npm run scenario ${cell.name}`,
})
