import { LabError } from '../lib/errors.ts'
import { ours } from '../scoring/load.ts'
import { complete } from './complete.ts'
import type { Claim } from './load-claims.ts'
import { type RunRecord, recordVersion } from './record.ts'

/**
 * Merges records into one, with the cells in the order of the matrix. Confusion, claims and verdict are computed over all
 * cells. The cells of a shard that is not there are `missing`. Throws LabError `usage` where a cell is in two records, or
 * where the records are shards of different matrices.
 */
export function mergeRecords(
  records: readonly RunRecord[],
  by: {
    causes: readonly string[]
    claims: readonly Claim[]
    /** The cells that should be there, where the records do not list them. */
    wanted?: readonly string[] | undefined
  },
): RunRecord {
  // A folder and a pattern may both name the same file.
  const runs = [...new Map(records.map((record) => [record.runId, record])).values()].sort((a, b) =>
    a.startedAt < b.startedAt ? -1 : 1,
  )
  const first = runs[0]
  if (!first) throw new LabError('usage', 'no records to merge', { hint: 'npm run report -- merge FILES' })
  const wanted = [...new Set([...(by.wanted ?? []), ...wantedBy(runs)])]
  refuseTwins(runs)
  const position = new Map(wanted.map((name, index) => [name, index]))
  const cells = runs.flatMap((run) => run.cells).sort((a, b) => position.get(a.name)! - position.get(b.name)!)
  const ends = runs.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs)
  const commands = [...new Set(runs.map(({ command }) => withoutShard(command)))]
  return complete(
    {
      version: recordVersion,
      runId: `${first.runId}-merged`,
      startedAt: first.startedAt,
      // Shards run side by side, so this is the time from the first start to the last end.
      durationMs: Math.max(...ends) - Date.parse(first.startedAt),
      ...(runs.every(({ harness }) => harness) && {
        harness: { busyMs: total(runs, 'busyMs'), ofMs: total(runs, 'ofMs') },
      }),
      command: commands.join(' && '),
      cells,
      mergedFrom: runs.map(({ runId }) => runId),
    },
    { ...by, wanted, outside: outsideOf(runs) },
  )
}

function wantedBy(runs: readonly RunRecord[]): string[] {
  const wholes = new Map(runs.map(({ shard }) => [JSON.stringify(shard && [shard.of, shard.cells]), shard]))
  const [whole] = wholes.values()
  if (wholes.size === 1 && whole) return whole.cells
  if ([...wholes.values()].filter(Boolean).length > 1)
    throw new LabError('usage', 'the records are shards of different matrices', {
      facts: Object.fromEntries(
        runs.map(({ runId, shard }) => [runId, shard ? `${shard.index}/${shard.of}` : 'whole']),
      ),
      hint: 'shards belong together if they chose from the same cells, with the same history and number of parts',
    })
  return [...new Set(runs.flatMap((run) => [...run.cells.map(({ name }) => name), ...(run.missing ?? [])]))]
}

function refuseTwins(runs: readonly RunRecord[]): void {
  const seen = new Map<string, string>()
  for (const { runId, cells } of runs)
    for (const { name } of cells) {
      const other = seen.get(name)
      if (other)
        throw new LabError('usage', `the cell ${name} is in two records: ${other} and ${runId}`, {
          hint: 'each cell counts once; leave out one of the records',
        })
      seen.set(name, runId)
    }
}

/** The outside detectors that any run scored. */
const outsideOf = (runs: readonly RunRecord[]) => [
  ...new Map(
    runs.flatMap(({ scores = [] }) =>
      scores.filter(({ detector }) => detector !== ours).map(({ detector: name, title }) => [name, { name, title }]),
    ),
  ).values(),
]

const total = (runs: readonly RunRecord[], what: 'busyMs' | 'ofMs'): number =>
  runs.reduce((sum, { harness }) => sum + (harness?.[what] ?? 0), 0)

const withoutShard = (command: string): string => command.replace(/ --shard[ =]\d+\/\d+/, '').replace(/ --$/, '')
