import { parseArgs } from 'node:util'
import { exit, LabError } from '../lib/errors.ts'
import { createReporter } from '../report/terminal/index.ts'
import { stagesOf } from '../run.ts'
import { findCell } from '../scenario/select.ts'
import { runCells } from '../session.ts'
import { allCells } from '../vocabulary.ts'
import { oneOf } from './run.ts'

/** `npm run shell <cell> [-- --at <stage>]`: a root shell on the host, as that stage left it. */
export default async function shell(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { at: { type: 'string' }, provider: { type: 'string' } },
  })
  if (positionals.length !== 1)
    throw new LabError('usage', 'name one cell', { hint: 'npm run shell <cell> -- --at broken' })
  if (!process.stdin.isTTY) throw new LabError('usage', 'a shell needs a terminal on standard input')
  const cell = findCell(allCells(), positionals[0]!)
  const at = oneOf('--at', values.at ?? (cell.broken ? 'broken' : 'healthy'), stagesOf(cell))
  const { record } = await runCells([cell], {
    reporter: createReporter(process.stderr, { color: !process.env.NO_COLOR, live: process.stderr.isTTY === true }),
    signal,
    command: `npm run shell ${cell.name} -- --at ${at}`,
    until: at,
    visit: (host) => host.shell(),
    ...(values.provider && { provider: values.provider }),
  })
  return exit[record.verdict]
}
