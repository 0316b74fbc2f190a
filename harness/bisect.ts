import { changesIn, nextToObserve } from './lib/bisect.ts'
import { LabError } from './lib/errors.ts'
import type { Reporter } from './report/terminal/index.ts'
import { type BisectResult, bisectResult, seenIn, testedIn } from './results/bisect.ts'
import type { RunRecord } from './results/record.ts'
import { type AxisName, axisOf } from './scenario/axes.ts'
import type { Cell } from './scenario/cell.ts'
import { bisectCell } from './schedule/bisect-cells.ts'
import { prepareVersions } from './schedule/prepare-versions.ts'
import type { RunStore } from './schedule/run-store.ts'
import { runCells } from './session.ts'
import type { SessionOptions } from './session-options.ts'

/**
 * Runs a bisection: makes the versions, tests them where that needs no host, then runs cells of both ends, of the
 * neighbours between which a test differs, and of the versions that the search chooses. `cells` has the scenario's cell
 * on each host. An interrupted bisection gives what it has. Throws LabError `missing` where no version can be had.
 */
export async function runBisect(
  cells: readonly Cell[],
  {
    store,
    reporter,
    prepare = prepareVersions,
    ...options
  }: Omit<SessionOptions, 'reporter' | 'store'> & {
    store: RunStore
    /** Each round has one of its own. */
    reporter: () => Reporter
    /** What specs run in place of building. */
    prepare?: typeof prepareVersions
  },
): Promise<{ record: RunRecord; dir: string; result: BisectResult; rounds: number }> {
  const axis = store.plan.bisect!.axis as AxisName
  const byVersion = new Map(
    store.plan.bisect!.versions.flatMap((version) => {
      const cell = bisectCell(cells, axis, version)
      return cell ? [[version, cell] as const] : []
    }),
  )
  await learn(store, byVersion, () => {
    const own = reporter()
    return prepare(store.plan.bisect!, { progress: (line) => own.progress(line), signal: options.signal }).finally(() =>
      own.close(),
    )
  })
  const byName = new Map([...byVersion.values()].map((cell) => [cell.name, cell]))
  let spentMs = store.plan.spentMs
  for (let rounds = 1, last: Awaited<ReturnType<typeof runCells>> | undefined; ; rounds += 1) {
    const next = options.signal.aborted ? [] : chosen(store, byVersion, last?.record)
    if (next.length > 0) await store.extend(next, spentMs)
    if (store.plan.cells.length === 0) throw nothingToObserve(store)
    if (last && next.length === 0) return { ...last, result: bisectResult(last.record)!, rounds: rounds - 1 }
    const planned = store.plan.cells.flatMap((name) => byName.get(name) ?? [])
    last = await runCells(planned, { ...options, store, reporter: reporter() })
    spentMs = last.record.durationMs
    if (options.signal.aborted) return { ...last, result: bisectResult(last.record)!, rounds }
  }
}

/** Saves what is learned of the versions before any host runs, once. */
async function learn(
  store: RunStore,
  byVersion: ReadonlyMap<string, Cell>,
  prepare: () => ReturnType<typeof prepareVersions>,
): Promise<void> {
  const bisect = store.plan.bisect!
  const axis = bisect.axis as AxisName
  if (bisect.skipped) return
  const started = Date.now()
  const prepared = await prepare()
  const elsewhere = bisect.versions.filter((version) => !byVersion.has(version))
  const skipped = {
    ...Object.fromEntries(
      elsewhere.map((version) => [version, `${bisect.scenario} does not run on ${axisOf(axis).hosts[version]}`]),
    ),
    ...prepared.skipped,
  }
  await store.amend({ ...bisect, ...prepared, skipped })
  await store.extend([], store.plan.spentMs + Date.now() - started)
}

/** The names of the cells to run next. */
function chosen(store: RunStore, byVersion: ReadonlyMap<string, Cell>, record: RunRecord | undefined): string[] {
  const { versions, most } = store.plan.bisect!
  const seen = seenIn(store.plan.bisect!, record?.cells ?? [])
  const planned = new Set(store.plan.cells)
  // A test without a host differs there, so a host may too.
  const guided = changesIn(testedIn(store.plan.bisect!)).flatMap(({ before, after }) => [before, after])
  const wanted = record
    ? nextToObserve(seen, versions.length, most)
    : [...nextToObserve(seen, versions.length, most), ...guided]
  return [...new Set(wanted)]
    .sort((a, b) => a - b)
    .flatMap((index) => byVersion.get(versions[index]!)?.name ?? [])
    .filter((name) => !planned.has(name))
}

function nothingToObserve({ plan }: RunStore): LabError {
  const { axis, skipped = {} } = plan.bisect!
  return new LabError('missing', `no version of ${axis} in this range can be had here`, { facts: skipped })
}
