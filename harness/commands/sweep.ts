import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { safeJson, shellQuote } from '../lib/text.ts'
import { allCells } from '../registry.ts'
import { claimedText, sweepText } from '../report/sweep.ts'
import { createBoard } from '../report/terminal/board.ts'
import { loadClaims } from '../results/load-claims.ts'
import type { Cell } from '../scenario/cell.ts'
import { usualVariables } from '../scenario/variables.ts'
import { wholeNumber } from '../schedule/room.ts'
import { RunStore } from '../schedule/run-store.ts'
import { cellsOfScenario, spaceOf, sweepCell } from '../schedule/sweep-cells.ts'
import { reportsDir } from '../session.ts'
import { firstCombinations, runSweep } from '../sweep.ts'
import { parse, type Values } from './parse.ts'
import { planHead, planned } from './planned.ts'
import { oneOf } from './run.ts'
import { screen } from './screen.ts'

/**
 * `npm run sweep <scenario> [-- --over proxy,policy]`: runs the fault under combinations of conditions, and prints which of
 * them each symptom needs. `--resume [run-id]` finishes a sweep that was cut short.
 */
export default async function sweep(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('sweep', args)
  const [name, ...others] = positionals
  if (others.length > 0 || (!name && !values.resume))
    throw new LabError('usage', 'name one scenario', { hint: 'npm run sweep <scenario>, such as masquerade-off' })
  const jobs = values.jobs === undefined ? undefined : wholeNumber('--jobs', values.jobs, 1)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  const all = allCells()
  const store = values.resume ? await resume(values, name) : await begin(all, name!, args, values, jobs)
  try {
    const { plan } = store
    const hosts = plan.sweep!.space.engine
    const own = cellsOfScenario(all, plan.sweep!.scenario)
    const cells = hosts ? own : own.filter(({ host }) => plan.cells[0]!.startsWith(`${host}-`))
    const { record, result } = await runSweep(cells, {
      store,
      reporter: () => createBoard(process.stderr, screen()),
      signal,
      ...planned(plan, jobs),
    })
    if (result)
      console.log(
        values.json
          ? safeJson(result, 2)
          : [sweepText(result), claimedText(loadClaims(), result)].filter(Boolean).join('\n'),
      )
    return signal.aborted ? exit.interrupted : exit[record.verdict]
  } finally {
    await store.close()
  }
}

const list = (words: string): string[] => [...new Set(words.split(/[ ,]+/).filter((word) => word !== ''))]

/** Writes the plan of a new sweep. Another process can continue it. */
function begin(
  all: readonly Cell[],
  name: string,
  args: readonly string[],
  values: Values<'sweep'>,
  jobs: number | undefined,
): Promise<RunStore> {
  const own = cellsOfScenario(all, name)
  const possible = own.map(({ host }) => host)
  const hosts = values.hosts === undefined ? undefined : list(values.hosts)
  const wrong = hosts?.find((host) => !possible.includes(host))
  if (wrong !== undefined) throw new LabError('usage', `--hosts ${wrong}: ${name} runs on ${possible.join(', ')}`)
  const over = values.over === undefined ? [...usualVariables] : list(values.over)
  // Several hosts are several engines.
  if (hosts && hosts.length > 1 && !over.includes('engine')) over.push('engine')
  if (over.length === 0) throw new LabError('usage', '--over names nothing to vary')
  const space = spaceOf(over, hosts ?? possible) as Record<string, string[]>
  const cells = space.engine ? own : own.filter(({ host }) => host === (hosts ?? possible)[0])
  const first = firstCombinations(space, cells.find(({ host }) => host === (hosts ?? possible)[0])!, values.all)
  return RunStore.create(reportsDir, {
    ...planHead(new Date(), { provider: values.provider, jobs }),
    command: ['npm run sweep', name, ...options(args, name)].join(' '),
    cells: first.map((each) => sweepCell(cells, each).name),
    sweep: { scenario: name, space },
    retryFailed: 0,
    retryBroken: 1,
  })
}

const options = (args: readonly string[], name: string): string[] => {
  const others = args.filter((arg) => arg !== name)
  return others.length > 0 ? ['--', ...others.map(shellQuote)] : []
}

/** Opens a sweep that was cut short; its plan has its scenario and what it varies. */
function resume(values: Values<'sweep'>, runId: string | undefined): Promise<RunStore> {
  for (const name of ['over', 'hosts', 'provider'] as const)
    if (values[name] !== undefined)
      throw new LabError('usage', `--${name} cannot change with --resume, which keeps the plan of the sweep`)
  return RunStore.resume(reportsDir, runId, 'sweep')
}
