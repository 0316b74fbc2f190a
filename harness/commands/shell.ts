import { exit, LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { createReporter } from '../report/terminal/index.ts'
import { stagesOf } from '../run.ts'
import { findCell } from '../scenario/select.ts'
import { runCells } from '../session.ts'
import { parse } from './parse.ts'
import { oneOf } from './run.ts'

/** `npm run shell <cell> [-- --at <stage>]`: opens a root shell on the host after that stage. */
export default async function shell(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('shell', args)
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
