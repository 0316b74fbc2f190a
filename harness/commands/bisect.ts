import { runBisect } from '../bisect.ts'
import { providerNames } from '../hosts/index.ts'
import { kernelsOf } from '../images/kernels.ts'
import { usualMost } from '../lib/bisect.ts'
import { exit, LabError } from '../lib/errors.ts'
import { clean, safeJson, shellQuote } from '../lib/text.ts'
import { allCells } from '../registry.ts'
import { bisectText } from '../report/bisect.ts'
import { createBoard } from '../report/terminal/board.ts'
import { axisOf } from '../scenario/axes.ts'
import type { Cell } from '../scenario/cell.ts'
import { type Over, parseOver, unvaried, versionsIn } from '../schedule/bisect-cells.ts'
import { wholeNumber } from '../schedule/room.ts'
import { RunStore } from '../schedule/run-store.ts'
import { cellsNamed } from '../schedule/sweep-cells.ts'
import { reportsDir } from '../session.ts'
import { parse, type Values } from './parse.ts'
import { planHead, planned } from './planned.ts'
import { oneOf } from './run.ts'
import { screen } from './screen.ts'

/**
 * `npm run bisect <scenario> -- --over iptables=1.8.7..1.8.13`: prints the versions between which a symptom of the scenario
 * comes or goes, and what hosts of both showed. `--resume [run-id]` finishes a bisection that was cut short.
 */
export default async function bisect(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('bisect', args)
  const [name, ...others] = positionals
  if (others.length > 0 || (!name && !values.resume))
    throw new LabError('usage', 'name one scenario', {
      hint: 'npm run bisect <scenario> -- --over <axis>, such as iptables-check-broken -- --over iptables',
    })
  const jobs = values.jobs === undefined ? undefined : wholeNumber('--jobs', values.jobs, 1)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  const most = values.most === undefined ? undefined : wholeNumber('--most', values.most, 2)
  const over = values.resume ? undefined : overIn(values)
  if (values.resume) refuseChanges(values)
  const all = allCells()
  const store = over
    ? await begin(all, name!, over, { args, values, jobs, most, signal })
    : await RunStore.resume(reportsDir, name, 'bisect')
  try {
    const { plan } = store
    const { scenario, host } = plan.bisect!
    const cells = cellsNamed(all, scenario).filter((cell) => host === undefined || cell.host === host)
    const { record, result } = await runBisect(cells, {
      store,
      reporter: () => createBoard(process.stderr, screen()),
      signal,
      ...planned(plan, jobs),
    })
    console.log(values.json ? safeJson(result, 2) : clean(bisectText(result)))
    return signal.aborted ? exit.interrupted : exit[record.verdict]
  } finally {
    await store.close()
  }
}

/** What `--over` names. Throws LabError `usage`. */
function overIn({ over }: Values<'bisect'>): Over {
  if (over !== undefined) return parseOver(over)
  throw new LabError('usage', 'name what to vary with --over', { hint: 'such as --over iptables=1.8.7..1.8.13' })
}

/** Writes the plan of a new bisection. Another process can continue it. */
async function begin(
  all: readonly Cell[],
  name: string,
  over: Over,
  {
    args,
    values,
    jobs,
    most,
    signal,
  }: {
    args: readonly string[]
    values: Values<'bisect'>
    jobs: number | undefined
    most: number | undefined
    signal: AbortSignal
  },
): Promise<RunStore> {
  const { cell, host } = hostOf(over, cellsNamed(all, name), values.host)
  const reason = unvaried(over.axis, cell)
  if (reason) throw new LabError('usage', reason)
  const versions = versionsIn(over, await knownVersions(over, cell.host, signal))
  process.stderr.write(`${versions.length} versions of ${axisOf(over.axis).what}: ${axisOf(over.axis).cost}\n`)
  return RunStore.create(reportsDir, {
    ...planHead(new Date(), { provider: values.provider, jobs }),
    command: ['npm run bisect', name, '--', ...args.filter((arg) => arg !== name).map(shellQuote)].join(' '),
    cells: [],
    bisect: {
      scenario: name,
      axis: over.axis,
      versions,
      most: most ?? usualMost(versions.length),
      ...(host && { host }),
    },
    retryFailed: 0,
    retryBroken: 1,
  })
}

/** The host of a bisection; none, where each version has its own. Throws LabError `usage`. */
function hostOf({ axis }: Over, own: readonly Cell[], wanted: string | undefined): { cell: Cell; host?: string } {
  const possible = own.map(({ host }) => host)
  if (axisOf(axis).sets === 'host') {
    if (wanted !== undefined)
      throw new LabError('usage', `--host ${wanted}: each version of ${axis} comes with a host of its own`)
    return { cell: own[0]! }
  }
  const cell = own.find(({ host }) => host === (wanted ?? possible[0]))
  if (!cell) throw new LabError('usage', `--host ${wanted}: it is not among ${possible.join(', ')}`)
  return { cell, host: cell.host }
}

/** Every version that an axis has: as declared, or as the package lists of the host's suite have them. */
async function knownVersions({ axis }: Over, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const { versions, sets } = axisOf(axis)
  return sets === 'kernel' ? kernelsOf(host, signal) : versions
}

/** Throws LabError `usage` where an option would change a bisection that was cut short: its plan has all of them. */
function refuseChanges(values: Values<'bisect'>): void {
  for (const name of ['over', 'host', 'provider', 'most'] as const)
    if (values[name] !== undefined)
      throw new LabError('usage', `--${name} cannot change with --resume, which keeps the plan of the bisection`)
}
