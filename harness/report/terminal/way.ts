import type { CellRecord } from '../../results/record.ts'
import { isDead, type Station, type Trace } from '../../trace/trace.ts'
import { type Paint, plain, wrap } from './paint.ts'

/** A packet's path on one line (`container ─ bridge ─ ✗ forward`), and below it how it ended. */
export function wayLines(trace: Trace, paint: Paint): string[] {
  const seen = trace.stations.filter(({ state }) => state === 'passed' || state === 'dead')
  const word = ({ location, state }: Station): string =>
    state === 'dead' ? paint.red(paint.bold(`✗ ${location}`)) : paint.green(location)
  const out = seen
    .filter(({ way }) => way === 'out')
    .map(word)
    .join(paint.dim(' ─ '))
  const back = seen
    .filter(({ way }) => way === 'back')
    .map(word)
    .join(paint.dim(' ─ '))
  return [
    `    ${out}`,
    ...(back ? [`    ${paint.dim('and back:')} ${back}`] : []),
    ...wrap(plain(trace.summary, 400), 92, '    ', paint.columns).map((line) =>
      isDead(trace) ? line : paint.dim(line),
    ),
  ]
}

/** The paths of the packets in the last known state, where one was dropped. */
export function way(cell: CellRecord, paint: Paint): string[] {
  const traces = cell.traces ?? []
  const last = traces.filter(({ stage }) => stage === traces.at(-1)?.stage)
  if (!last.some(isDead)) return []
  return [
    '',
    `  ${paint.bold('The packet’s path')}`,
    ...last.flatMap((trace) => [
      `  ${trace.from === 'default' ? 'from the default bridge' : 'from a user network'} ${paint.dim(`${trace.end}, ${trace.stage}`)}`,
      ...wayLines(trace, paint),
    ]),
  ]
}
