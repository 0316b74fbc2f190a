import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from 'node:fs'
import { join } from 'node:path'
import { interrupted, type RunRecord, type Verdict } from './record.ts'

/** A run in one line of history.jsonl: what became of each cell, and how long it took. */
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

/** The past as of a record. */
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

/** The runs that a folder of reports remembers, oldest first; before there is a history, those whose records are there. */
export function readHistory(dir: string): PastRun[] {
  const runs = existsSync(fileOf(dir)) ? readLines(readFileSync(fileOf(dir), 'utf8')) : readRecords(dir)
  // A run that was resumed or merged again has several lines: the last one tells.
  const byId = new Map(runs.map((run) => [run.runId, run]))
  return [...byId.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}

/**
 * Adds a run to the history of a folder of reports. A shard is left out: its siblings split their work by the same
 * history, and the run they are merged into is remembered instead.
 */
export function remember(record: RunRecord, dir: string): void {
  if (!isWhole(record)) return
  const file = fileOf(dir)
  // The first time, with the runs of which there are records.
  const runs = existsSync(file) ? [pastRun(record)] : [...readRecords(dir), pastRun(record)]
  const lines = runs.map((run) => `${JSON.stringify(run)}\n`).join('')
  // One write, which the kernel does not mix with another's; a line that a dying process left open is closed first.
  appendFileSync(file, endsOpen(file) ? `\n${lines}` : lines)
}

/** Whether a record tells of whole cells, and of all that were asked for together. */
const isWhole = ({ command, shard }: RunRecord): boolean => !shard && !/ --until\b|^npm run shell /.test(command)

function readLines(text: string): PastRun[] {
  return text.split('\n').flatMap((line) => {
    try {
      const run = JSON.parse(line) as PastRun
      return run.runId && run.cells ? [run] : []
    } catch {
      // Half a line, of a process that died.
      return []
    }
  })
}

function readRecords(dir: string): PastRun[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      try {
        const record = JSON.parse(readFileSync(join(dir, name, 'record.json'), 'utf8')) as RunRecord
        return record.version === 1 && isWhole(record) ? [pastRun(record)] : []
      } catch {
        // A run that goes on, or was killed, has no record.
        return []
      }
    })
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}

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
