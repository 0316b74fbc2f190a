import type { Claim } from '../faults/claims.ts'
import { LabError } from '../lib/errors.ts'
import { ours } from '../scoring/load.ts'
import { complete } from './complete.ts'
import type { RunRecord } from './record.ts'

/**
 * Several records as one, with the cells in the order of the matrix they are shards of; confusion, claims and verdict
 * are judged anew over all cells. What a missing shard should have run is `missing`. Throws LabError `usage` where a
 * cell is in two of them, or where they are shards of different matrices.
 */
export function mergeRecords(
  records: readonly RunRecord[],
  by: {
    causes: readonly string[]
    claims: readonly Claim[]
    /** The cells that should be there, where the records do not know it themselves. */
    asked?: readonly string[] | undefined
  },
): RunRecord {
  // The same file may be given twice, by a folder and by a pattern.
  const runs = [...new Map(records.map((record) => [record.runId, record])).values()].sort((a, b) =>
    a.startedAt < b.startedAt ? -1 : 1,
  )
  const first = runs[0]
  if (!first) throw new LabError('usage', 'no records to merge', { hint: 'npm run report -- merge FILES' })
  const asked = [...new Set([...(by.asked ?? []), ...askedFor(runs)])]
  refuseTwins(runs)
  const place = new Map(asked.map((name, index) => [name, index]))
  const cells = runs.flatMap((run) => run.cells).sort((a, b) => place.get(a.name)! - place.get(b.name)!)
  const ends = runs.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs)
  const commands = [...new Set(runs.map(({ command }) => withoutShard(command)))]
  return complete(
    {
      version: 1,
      runId: `${first.runId}-merged`,
      startedAt: first.startedAt,
      // Shards run side by side: from the first one's start to the last one's end.
      durationMs: Math.max(...ends) - Date.parse(first.startedAt),
      ...(runs.every(({ harness }) => harness) && {
        harness: { busyMs: total(runs, 'busyMs'), ofMs: total(runs, 'ofMs') },
      }),
      command: commands.join(' && '),
      cells,
      mergedFrom: runs.map(({ runId }) => runId),
    },
    { ...by, asked, outside: outsideOf(runs) },
  )
}

function askedFor(runs: readonly RunRecord[]): string[] {
  const wholes = new Map(runs.map(({ shard }) => [JSON.stringify(shard && [shard.of, shard.cells]), shard]))
  const [whole] = wholes.values()
  if (wholes.size === 1 && whole) return whole.cells
  if ([...wholes.values()].filter(Boolean).length > 1)
    throw new LabError('usage', 'these are shards of different matrices', {
      facts: Object.fromEntries(
        runs.map(({ runId, shard }) => [runId, shard ? `${shard.index}/${shard.of}` : 'whole']),
      ),
      hint: 'shards fit together when they chose the same cells by the same history, in as many parts',
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
          hint: 'a cell counts once; leave one of them out',
        })
      seen.set(name, runId)
    }
}

/** The outside detectors that any of the runs scored. */
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
