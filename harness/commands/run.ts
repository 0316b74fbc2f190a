import { parseArgs } from 'node:util'
import { causeNames } from '../faults/index.ts'
import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'
import { stagesOf } from '../run.ts'
import { findCell } from '../scenario/select.ts'
import { loadDetectors } from '../scoring/load.ts'
import { allCells, knownIssues } from '../vocabulary.ts'

/** `npm run scenario <cell>`: one cell, from provisioning to the report. */
export default async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      provider: { type: 'string' },
      keep: { type: 'string', default: 'never' },
      until: { type: 'string' },
      detector: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      cold: { type: 'boolean', default: false },
    },
  })
  const cells = allCells()
  if (positionals.length !== 1)
    throw new LabError('usage', 'name one cell', { hint: 'npm run scenario <cell>; npm run list shows them' })
  const cell = findCell(cells, positionals[0]!)
  const keep = oneOf('--keep', values.keep, ['never', 'failed', 'always'] as const)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  if (values.until) oneOf('--until', values.until, stagesOf(cell))
  const outside = loadDetectors(values.detector, causeNames)
  // Loaded only now, so that a mistake above is told at once.
  const [{ runCells }, { createReporter }] = await Promise.all([
    import('../session.ts'),
    import('../report/terminal/index.ts'),
  ])
  const color = process.stderr.isTTY === true && !process.env.NO_COLOR
  const { record } = await runCells([cell], {
    reporter: createReporter(process.stderr, { color, live: process.stderr.isTTY === true && !process.env.CI }),
    signal,
    command: `npm run scenario ${[cell.name, ...(args.length > 1 ? ['--', ...args.slice(1)] : [])].map(shellQuote).join(' ')}`,
    keep,
    cold: values.cold,
    knownIssues: values.until ? [] : knownIssues(cells),
    ...(values.provider && { provider: values.provider }),
    ...(values.until && { until: values.until }),
    ...(outside.length > 0 && { outside }),
  })
  if (values.json) console.log(JSON.stringify(record, null, 2))
  return signal.aborted ? exit.interrupted : exit[record.verdict]
}

/** An option's value as one of its words. Throws LabError `usage`. */
export function oneOf<T extends string>(option: string, value: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) throw new LabError('usage', `${option} ${value}: not one of ${words.join(', ')}`)
  return word
}
