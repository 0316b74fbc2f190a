import { causeNames } from '../causes/index.ts'
import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { safeJson, shellQuote } from '../lib/text.ts'
import { allCells, knownIssues } from '../registry.ts'
import { stagesOf } from '../run.ts'
import { findCell } from '../scenario/select.ts'
import { loadDetectors } from '../scoring/load.ts'
import { parse } from './parse.ts'
import { screen } from './screen.ts'

/** `npm run scenario <cell>`: runs one cell, from provisioning to the report. */
export default async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('run', args)
  const cells = allCells()
  if (positionals.length !== 1)
    throw new LabError('usage', 'name one cell', { hint: 'npm run scenario <cell>; npm run list prints all cells' })
  const cell = findCell(cells, positionals[0]!)
  const keep = oneOf('--keep', values.keep, ['never', 'failed', 'always'] as const)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  if (values.until) oneOf('--until', values.until, stagesOf(cell))
  const outside = loadDetectors(values.detector, causeNames)
  // Loaded only now, so that mistakes in arguments show at once.
  const [{ runCells }, { createReporter }] = await Promise.all([
    import('../session.ts'),
    import('../report/terminal/index.ts'),
  ])
  const { record } = await runCells([cell], {
    reporter: createReporter(process.stderr, screen()),
    signal,
    command: `npm run scenario ${[cell.name, ...(args.length > 1 ? ['--', ...args.slice(1)] : [])].map(shellQuote).join(' ')}`,
    keep,
    cold: values.cold,
    knownIssues: values.until ? [] : knownIssues(cells),
    ...(values.provider && { provider: values.provider }),
    ...(values.until && { until: values.until }),
    ...(outside.length > 0 && { outside }),
  })
  if (values.json) console.log(safeJson(record, 2))
  return signal.aborted ? exit.interrupted : exit[record.verdict]
}

/** The value of an option as one of its words. Throws LabError `usage`. */
export function oneOf<T extends string>(option: string, value: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) throw new LabError('usage', `${option} ${value}: not one of ${words.join(', ')}`)
  return word
}
