import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { safeJson } from '../lib/text.ts'
import { currentPast, recordsIn } from './read-record.ts'
import { interrupted, type RunRecord, type Verdict } from './record.ts'

/** A run as one line of history.jsonl: the verdict and the duration of each cell. */
export interface PastRun {
  runId: string
  /** ISO 8601, UTC. */
  startedAt: string
  durationMs: number
  verdict: Verdict
  cells: Record<string, PastCell>
}

export interface PastCell {
  verdict: Verdict
  durationMs: number
}

/** The line of history for a record. */
export const pastRun = ({ runId, startedAt, durationMs, verdict, cells }: RunRecord): PastRun => ({
  runId,
  startedAt,
  durationMs,
  verdict,
  cells: Object.fromEntries(
    cells
      .filter(({ reason }) => reason !== interrupted)
      .map((cell) => [cell.name, { verdict: cell.verdict, durationMs: cell.durationMs }]),
  ),
})

const fileOf = (dir: string): string => join(dir, 'history.jsonl')

/** The runs in the history of a folder of reports, oldest first. Without a history, the runs that have a record. */
export function readHistory(dir: string): PastRun[] {
  const runs = existsSync(fileOf(dir)) ? readLines(readFileSync(fileOf(dir), 'utf8')) : pastRecords(dir)
  // A run that was resumed or merged again has several lines, and the last one counts.
  const byId = new Map(runs.map((run) => [run.runId, run]))
  return [...byId.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}

/**
 * Adds a run to the history of a folder of reports. A shard is not added, because the other shards divide their work by
 * the same history. The merged run is added instead.
 */
export function remember(record: RunRecord, dir: string): void {
  if (!isWhole(record)) return
  const file = fileOf(dir)
  // A new history starts with the runs that have a record.
  const runs = existsSync(file) ? [pastRun(record)] : [...pastRecords(dir), pastRun(record)]
  const lines = runs.map((run) => `${safeJson(run)}\n`).join('')
  // One write, so that the kernel does not mix it with another process's. A line left open by a process that died is
  // closed first.
  appendFileSync(file, endsOpen(file) ? `\n${lines}` : lines)
}

/** Whether a record holds whole cells, and all cells of its command. */
const isWhole = ({ command, shard }: RunRecord): boolean => !shard && !/ --until\b|^npm run shell /.test(command)

function readLines(text: string): PastRun[] {
  return text.split('\n').flatMap((line) => {
    try {
      const run = JSON.parse(line) as PastRun
      return run.runId && run.cells ? [currentPast(run)] : []
    } catch {
      // Half a line, from a process that died.
      return []
    }
  })
}

const pastRecords = (dir: string): PastRun[] =>
  (existsSync(dir) ? recordsIn(dir) : [])
    .filter(isWhole)
    .map(pastRun)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))

function endsOpen(file: string): boolean {
  if (!existsSync(file)) return false
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    const last = Buffer.alloc(1)
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== '\n'
  } finally {
    closeSync(fd)
  }
}
