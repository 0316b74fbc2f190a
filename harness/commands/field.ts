import { isWrong } from '../field/line.ts'
import { readScripts } from '../field/scripts.ts'
import { tableOf } from '../field/table.ts'
import { exit, LabError } from '../lib/errors.ts'
import { safeJson } from '../lib/text.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { wholeNumber } from '../schedule/room.ts'
import { parse } from './parse.ts'

/**
 * `npm run field <folder>`: runs each script of a folder on a fresh host and diagnoses the host blind. Exit 1 where a
 * sick host is called healthy or a healthy one sick, else 2 where a host could not be made.
 */
export default async function field(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('field', args)
  if (positionals.length !== 1)
    throw new LabError('usage', 'name one folder', {
      hint: 'npm run field <folder>; it holds scripts in sick/ and well/',
    })
  const scripts = readScripts(positionals[0]!, values.only)
  const jobs = values.jobs === undefined ? undefined : wholeNumber('--jobs', values.jobs, 1)
  const cell = findCell(allCells(), `${values.host}-healthy`)
  // Loaded only now, so that mistakes in arguments show at once.
  const [{ runField }, { closeProviders }, { sweepEverything }] = await Promise.all([
    import('../field/run-field.ts'),
    import('../hosts/index.ts'),
    import('../hosts/sweep.ts'),
  ])
  await sweepEverything({ kept: false })
  let count = 0
  try {
    const lines = await runField(scripts, {
      cell,
      signal,
      packets: values.trace,
      progress: (script, line) => console.error(`${script}: ${line}`),
      ended: (line) => {
        count++
        console.error(`${count} of ${scripts.length}: ${line.script} is ${line.verdict}`)
        if (values.json) console.log(safeJson(line))
      },
      ...(jobs !== undefined && { jobs }),
      ...(values.record !== undefined && { record: values.record }),
    })
    if (!values.json && lines.length > 0) console.log(tableOf(lines))
    if (signal.aborted) return exit.interrupted
    if (lines.some(isWrong)) return exit.failed
    return lines.some(({ verdict }) => verdict === 'broken') ? exit.broken : exit.passed
  } finally {
    await closeProviders()
  }
}
