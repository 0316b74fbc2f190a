import { causeNames } from '../causes/index.ts'
import { providerNames } from '../hosts/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { safeJson, shellQuote } from '../lib/text.ts'
import { allCells, knownIssues } from '../registry.ts'
import { createBoard } from '../report/terminal/board.ts'
import { createReporter } from '../report/terminal/index.ts'
import { readHistory } from '../results/history.ts'
import { beforeFixes } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import { selectCells } from '../scenario/select.ts'
import { lastFailed, namedCell, repeated } from '../schedule/choose-cells.ts'
import { expectDurations } from '../schedule/expect.ts'
import { wholeNumber } from '../schedule/room.ts'
import { RunStore } from '../schedule/run-store.ts'
import { parseShard, splitCells } from '../schedule/shard.ts'
import { seedOf, somePairs } from '../schedule/some-pairs.ts'
import { loadDetectors } from '../scoring/load.ts'
import { reportsDir, runCells } from '../session.ts'
import { declarations } from './declarations.ts'
import { parse, type Values } from './parse.ts'
import { planHead, planned } from './planned.ts'
import { oneOf } from './run.ts'
import { screen } from './screen.ts'

/**
 * `npm run matrix [-- --select <glob|host|scenario|tag|!tag> --detector <adapter|command>]`: runs many cells and writes
 * one report. `--resume [run-id]` finishes a run that was cut short.
 */
export default async function matrix(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('matrix', args)
  const jobs = values.jobs === undefined ? undefined : wholeNumber('--jobs', values.jobs, 1)
  const minutes = values.minutes === undefined ? undefined : wholeNumber('--minutes', values.minutes, 0)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  if (values.until) oneOf('--until', values.until, beforeFixes)
  if (positionals.length > (values.resume ? 1 : 0))
    throw new LabError('usage', `${positionals[0]} is not an option`, {
      hint: `to choose cells: --select ${positionals[0]}`,
    })
  const all = allCells()
  const issues = knownIssues(all)
  const store = values.resume ? await resume(args, positionals[0]) : await begin(all, args, values, jobs)
  try {
    const { plan } = store
    const outside = loadDetectors(plan.detectors ?? [], causeNames)
    const cells = plan.cells.map((name) => {
      const cell = namedCell(all, name)
      if (!cell) throw new LabError('usage', `no scenario has the cell ${name} of run ${plan.runId} any more`)
      return cell
    })
    const { record } = await runCells(cells, {
      reporter: (cells.length > 1 ? createBoard : createReporter)(process.stderr, screen()),
      signal,
      ...planned(plan, jobs),
      knownIssues: issues,
      store,
      ...(minutes !== undefined && { minutes }),
      ...(plan.until && { until: plan.until }),
      ...(outside.length > 0 && { outside }),
      ...(plan.cold && { cold: true }),
    })
    if (values.json) console.log(safeJson(record, 2))
    return signal.aborted ? exit.interrupted : exit[record.verdict]
  } finally {
    await store.close()
  }
}

/** Writes what the arguments choose as a plan. Another process can continue it. */
async function begin(
  all: Cell[],
  args: string[],
  values: Values<'matrix'>,
  jobs: number | undefined,
): Promise<RunStore> {
  const retryBroken = wholeNumber('--retry-broken', values['retry-broken'], 0)
  const repeat = wholeNumber('--repeat', values.repeat, 1)
  // Before the plan is written, so that a mistake in an adapter shows at once.
  loadDetectors(values.detector, causeNames)
  const past = readHistory(reportsDir)
  const now = new Date()
  // The seed of today, so that the recorded command repeats this run on any day.
  const seed = values.pairs !== undefined && values.seed === undefined ? [`--seed=${seedOf(now)}`] : []
  const words = [...args, ...seed]
  const selected = limitPairs(selectCells(all, values.select), values, now)
  const cells = repeated(values['last-failed'] ? lastFailed(selected, past) : selected, repeat)
  const names = cells.map(({ name }) => name)
  const plan = {
    ...planHead(now, { provider: values.provider, jobs }),
    command: ['npm run matrix', ...(words.length > 0 ? ['--', ...words.map(shellQuote)] : [])].join(' '),
    ...(values.until && { until: values.until }),
    ...(values.detector.length > 0 && { detectors: values.detector }),
    ...(values.cold && { cold: true }),
    retryFailed: values['retry-failed'] ? 1 : 0,
    retryBroken,
  }
  if (values.shard === undefined) return RunStore.create(reportsDir, { ...plan, cells: names })
  const { index, of } = parseShard(values.shard)
  const part = splitCells(cells, of, expectDurations(cells, past))[index - 1]!
  if (part.length === 0)
    throw new LabError('no-match', `shard ${values.shard} has no cell, because there are only ${names.length} cells`)
  const shard = { index, of, cells: names }
  return RunStore.create(reportsDir, { ...plan, cells: part.map(({ name }) => name), shard })
}

/** The cells, with at most `--pairs` of those with two faults. Throws LabError `usage`, `no-match`. */
function limitPairs(cells: Cell[], { pairs, seed }: Values<'matrix'>, now: Date): Cell[] {
  if (pairs === undefined && seed !== undefined)
    throw new LabError('usage', '--seed needs --pairs', { hint: 'the seed chooses which cells with two faults run' })
  if (pairs === undefined) return cells
  const number = seed === undefined ? seedOf(now) : wholeNumber('--seed', seed, 0)
  const left = somePairs(cells, wholeNumber('--pairs', pairs, 0), number)
  if (left.length === 0) throw new LabError('no-match', `--pairs ${pairs} leaves no cell`)
  console.error(
    `cells with two faults: ${left.filter(({ and }) => and).length} of ${cells.filter(({ and }) => and).length}; to repeat this choice: --seed ${number}`,
  )
  return left
}

const settled = Object.keys(declarations.matrix.options).filter(
  (name) => !['jobs', 'json', 'minutes', 'reports', 'resume'].includes(name),
)

/** Opens a run that was cut short. Its plan has its cells and options. */
function resume(args: string[], runId: string | undefined): Promise<RunStore> {
  for (const name of settled)
    if (args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)))
      throw new LabError('usage', `--${name} cannot change with --resume, which keeps the plan of the run`)
  return RunStore.resume(reportsDir, runId)
}
