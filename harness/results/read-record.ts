import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError, messageOf } from '../lib/errors.ts'
import { currentName } from '../scenario/renamed.ts'
import type { PastRun } from './history.ts'
import { type CellRecord, type RunRecord, recordVersion } from './record.ts'

// biome-ignore lint/suspicious/noExplicitAny: a record of an older version has the types of that version.
type Older = any

/** Reads the text of a record.json of this version or an older one. Throws LabError `usage` that names `file`. */
export function readRecord(text: string, file: string): RunRecord {
  let record: Older
  try {
    record = JSON.parse(text)
  } catch (error) {
    throw new LabError('usage', `${file} is not a record: ${messageOf(error)}`)
  }
  if (record?.version === recordVersion) return record
  if (record?.version === 1) return fromVersion1(record)
  throw new LabError('usage', `${file} has version ${record?.version}; this program reads 1 to ${recordVersion}`, {
    hint: 'a newer dockfault wrote it',
  })
}

/** A record and the folder that holds it, beside the logs and bundles of its hosts. */
export interface RunFolder {
  record: RunRecord
  dir: string
}

/** The records of the runs in a folder of reports. Throws where there is no such folder. */
export const recordsIn = (dir: string): RunRecord[] => runFoldersIn(dir).map(({ record }) => record)

/** The runs in a folder of reports that have a record. Throws where there is no such folder. */
export function runFoldersIn(dir: string): RunFolder[] {
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.flatMap(({ name }) => {
    try {
      const file = join(dir, name, 'record.json')
      return [{ record: readRecord(readFileSync(file, 'utf8'), file), dir: join(dir, name) }]
    } catch {
      // A run has no record while it is running, or if it was killed.
      return []
    }
  })
}

/** A line of history with the present names of cells: runs of version 1 used older ones. */
export const currentPast = (run: PastRun): PastRun => ({
  ...run,
  cells: Object.fromEntries(Object.entries(run.cells).map(([name, cell]) => [currentName(name), cell])),
})

function fromVersion1(record: Older): RunRecord {
  return {
    ...record,
    version: recordVersion,
    cells: record.cells.map(cellFromVersion1),
    ...(record.missing && { missing: record.missing.map(currentName) }),
    ...(record.shard && { shard: { ...record.shard, cells: record.shard.cells.map(currentName) } }),
    ...(record.confusion && {
      confusion: {
        ...record.confusion,
        rows: record.confusion.rows.map((row: Older) => ({ ...row, there: row.there.replace(/^[^,]+/, currentName) })),
      },
    }),
    ...(record.scores && { scores: record.scores.map(scoreFromVersion1) }),
  }
}

function cellFromVersion1(older: Older): CellRecord {
  const cell = withFields(older, [['sparedMs', 'savedMs']])
  return {
    ...cell,
    name: currentName(cell.name),
    scenario: currentName(cell.scenario),
    ...(cell.outside && { outside: cell.outside.map(answerFromVersion1) }),
    ...(cell.traces && { traces: cell.traces.map(traceFromVersion1) }),
  }
}

function traceFromVersion1(older: Older): Older {
  const trace = withFields(older, [['killer', 'terminatingRule']])
  const station = [
    ['place', 'location'],
    ['says', 'message'],
    ['hops', 'rules'],
  ] as const
  return {
    ...trace,
    ...(trace.at && { at: withFields(trace.at, station) }),
    stations: trace.stations.map((each: Older) => withFields(each, station)),
  }
}

function answerFromVersion1(older: Older): Older {
  const answer = withFields(older, [['said', 'status']])
  return { ...answer, named: answer.named.map(currentWord) }
}

function scoreFromVersion1(older: Older): Older {
  const score = withFields(older, [['well', 'healthy']])
  const named = (words: Record<string, number>) =>
    Object.fromEntries(Object.entries(words).map(([word, times]) => [currentWord(word), times]))
  return { ...score, rows: score.rows.map((row: Older) => ({ ...row, named: named(row.named) })) }
}

const currentWord = (word: string): string => (word === 'unwell' ? 'sick' : word)

/** The same object with some of its fields renamed. */
function withFields(older: Older, names: readonly (readonly [old: string, now: string])[]): Older {
  const now = new Map(names)
  return Object.fromEntries(Object.entries(older).map(([name, value]) => [now.get(name) ?? name, value]))
}
