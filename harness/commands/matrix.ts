import { parseArgs } from 'node:util'
import { detectors } from '../faults/index.ts'
import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'
import { createReporter } from '../report/terminal/index.ts'
import { beforeFixes } from '../run.ts'
import { selectCells } from '../scenario/select.ts'
import { loadDetectors } from '../scoring/load.ts'
import { runCells } from '../session.ts'
import { allCells } from '../vocabulary.ts'
import { oneOf } from './run.ts'

/** `npm run matrix [-- --select <glob|tag|!tag> --detector <adapter|command>]`: many cells, one report. */
export default async function matrix(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      select: { type: 'string', multiple: true, default: [] },
      provider: { type: 'string' },
      jobs: { type: 'string', default: '1' },
      until: { type: 'string' },
      detector: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  })
  const jobs = Number(values.jobs)
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new LabError('usage', `--jobs ${values.jobs}: not a whole number above 0`)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  if (values.until) oneOf('--until', values.until, beforeFixes)
  const cells = selectCells(allCells(), values.select)
  const outside = loadDetectors(values.detector, Object.keys(detectors))
  const live = process.stderr.isTTY === true && !process.env.CI
  const { record } = await runCells(cells, {
    reporter: createReporter(process.stderr, { color: process.stderr.isTTY === true && !process.env.NO_COLOR, live }),
    signal,
    command: ['npm run matrix', ...(args.length > 0 ? ['--', ...args.map(shellQuote)] : [])].join(' '),
    jobs,
    ...(values.until && { until: values.until }),
    ...(outside.length > 0 && { outside }),
    ...(values.provider && { provider: values.provider }),
  })
  if (values.json) console.log(JSON.stringify(record, null, 2))
  return signal.aborted ? exit.interrupted : exit[record.verdict]
}
