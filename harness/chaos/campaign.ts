import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from '../images/cache.ts'
import { tryLock } from '../images/lock.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { duration } from '../lib/text.ts'
import { answersOf } from '../results/compare.ts'
import { reportsDir } from '../session.ts'
import type { Kind } from './kinds.ts'
import { RunProcess } from './matrix-process.ts'
import type { Options } from './options.ts'
import { OwnDisk } from './own-disk.ts'
import { type Field, RoundRun, shareImages } from './round.ts'
import { planRound, type Round } from './schedule.ts'
import { hitsOf, type RoundResult, readState, type State, writeState } from './state.ts'
import { faultsOf } from './table.ts'

const needsDisk = (kind: Kind): boolean => kind === 'disk-full' || kind === 'slow-disk'

/** Plays rounds until a campaign has as many kills as it was given. Gives its state, which a file keeps. */
export async function runCampaign(
  options: Options,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<State> {
  const { seed, provider } = options
  const name = provider === 'container' ? String(seed) : `${provider}-${seed}`
  const folder = join(reportsDir, 'chaos', name)
  const file = `${folder}.json`
  mkdirSync(folder, { recursive: true })
  const lock = await tryLock(join(folder, 'lock'))
  if (!lock) throw new LabError('usage', `another process is at the campaign of seed ${seed}`)
  const disk = await OwnDisk.open(folder).catch((error: unknown) => {
    progress(`no disk of its own, so disks do not fail: ${messageOf(error)}`)
    return undefined
  })
  const kinds = options.kinds.filter((kind) => disk || !needsDisk(kind))
  if (kinds.length === 0) throw new LabError('skipped', 'nothing of what was chosen can be done on this machine')
  const state = readState(file, { ...options, kinds })
  const own = disk?.dir ?? folder
  const field: Field = {
    ...options,
    kinds,
    disk,
    signal,
    cache: join(own, 'cache', 'dockfault'),
    reports: join(own, 'reports'),
    logs: join(folder, 'logs'),
    mark: `${name}-${process.pid}`,
  }
  shareImages(field.cache, cacheRoot())
  try {
    while (hitsOf(state) < options.kills) {
      const round = planRound(seed, state.rounds.length, kinds)
      const { answers, durationMs } = await baselineOf(round, field, state, progress)
      writeState(file, state)
      const { result } = await new RoundRun(field, round, durationMs).play(answers)
      state.rounds.push(result)
      writeState(file, state)
      progress(lineOf(result, hitsOf(state)))
      for (const line of faultsOf({ rounds: [result] })) progress(`  ${line}`)
    }
  } finally {
    // An interrupted round leaves what its killed matrix had.
    await RunProcess.start(['down'], field, join(field.logs, 'last-down.log')).end(60_000)
    await disk?.close()
    await lock.release()
  }
  return state
}

/** The answers of an undisturbed run up to a round's last stage, and its ms. It runs once a campaign. */
async function baselineOf(
  { until }: Pick<Round, 'until'>,
  field: Field,
  state: State,
  progress: (line: string) => void,
): Promise<State['baselines'][string]> {
  const key = until ?? 'all'
  const known = state.baselines[key]
  if (known) return known
  const undisturbed = { index: -1, ...(until && { until }), strikes: [], downs: [] }
  const { result, seen } = await new RoundRun(field, undisturbed, 0).play({})
  const cells = seen.at(-1)?.record?.cells ?? []
  const bad = [
    ...Object.entries(result.verdicts).flatMap(([name, verdict]) =>
      verdict === 'passed' ? [] : [`${name} is ${verdict}`],
    ),
    ...result.lost,
    ...result.leaks,
  ]
  if (bad.length > 0) throw new LabError('host', `the matrix fails without any kill: ${bad.join('; ')}`)
  const answers = Object.fromEntries(cells.map((cell) => [cell.name, answersOf(cell)]))
  const baseline = { answers, durationMs: result.durationMs }
  state.baselines[key] = baseline
  progress(`undisturbed, up to ${until ?? 'its end'}: ${cells.length} cells passed in ${duration(result.durationMs)}`)
  return baseline
}

function lineOf({ index, until, struck, verdicts, durationMs }: RoundResult, hits: number): string {
  const strikes = struck.map(({ kind, after, hit, atMs }) =>
    hit === undefined ? `${kind} too late` : `${kind} (${after}, ${duration(atMs!)})`,
  )
  const ends = Object.values(verdicts)
  const count = (verdict: string): number => ends.filter((each) => each === verdict).length
  const cells = `${count('passed')} passed, ${count('broken')} broken`
  return `round ${index}${until ? ` until ${until}` : ''}: ${strikes.join(', ')}: ${cells} [${duration(durationMs)}], ${hits} kills so far`
}
