import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { MachineState } from '../hosts/machine-state.ts'
import { sleep } from '../lib/retry.ts'
import { judgeRun, type Seen } from './judge.ts'
import { changesOf, machineNow } from './machine.ts'
import { RunProcess, type Surroundings, variableOf } from './matrix-process.ts'
import type { Options } from './options.ts'
import type { OwnDisk } from './own-disk.ts'
import { familyOf, networksOf } from './processes.ts'
import { type Marks, remainsOf } from './remains.ts'
import { hasHappened, newestRun, readRun } from './run-folder.ts'
import type { Round, Strike } from './schedule.ts'
import type { RoundResult, State, Struck } from './state.ts'
import { jumpOf, strikeAt } from './strike.ts'

// An hour behind, a deadline of the lab's own would not pass for an hour; so this is what hangs.
const deadlineMs = { container: 600_000, qemu: 1_800_000, vagrant: 3_600_000 }

/** What a campaign has on this machine. */
export interface Field extends Options, Surroundings {
  disk: OwnDisk | undefined
  /** Folder for the output of its processes. */
  logs: string
  signal: AbortSignal
}

/** One matrix, from its first process to the one that completes it, with what was seen after each. */
export class RoundRun {
  readonly #field: Field
  readonly #round: Pick<Round, 'index' | 'until' | 'strikes' | 'downs'>
  readonly #expectedMs: number
  readonly #reports: string
  readonly #marks: { owners: Marks['owners'][number][]; networks: Map<string, number> } = {
    owners: [],
    networks: new Map(),
  }
  readonly #seen: Seen[] = []
  readonly #struck: Struck[] = []
  readonly #leaks: string[] = []
  readonly #swept: string[] = []

  constructor(field: Field, round: Pick<Round, 'index' | 'until' | 'strikes' | 'downs'>, expectedMs: number) {
    this.#field = field
    this.#round = round
    this.#expectedMs = expectedMs
    this.#reports = join(field.reports, String(round.index))
  }

  /** Runs it. Gives what was seen after its processes, and how it went. */
  async play(baseline: State['baselines'][string]['answers']): Promise<{ result: RoundResult; seen: readonly Seen[] }> {
    const started = performance.now()
    const startedAt = new Date().toISOString()
    rmSync(this.#reports, { recursive: true, force: true })
    mkdirSync(this.#reports, { recursive: true })
    const machine = await machineNow()
    const { strikes, downs, index, until } = this.#round
    for (let number = 0; !this.#isDone(); number++) {
      await this.#process(number, strikes[number])
      const last = this.#isDone()
      if (last) this.#swept.push(...remainsOf(this.#allMarks()))
      // After the last process nothing starts, so `down` cleans up after a strike that it did not.
      if (last || downs[number]) await this.#down(machine, number)
      if (number > strikes.length + 1 && !last) break
    }
    await this.#compare(machine)
    const { record } = this.#seen.at(-1)!
    const verdicts = Object.fromEntries((record?.cells ?? []).map(({ name, verdict }) => [name, verdict]))
    const judged = judgeRun(this.#field.cells, this.#seen, baseline)
    const [leaks, swept] = [[...new Set(this.#leaks)], this.#swept]
    const durationMs = Math.round(performance.now() - started)
    const plan = { index, ...(until && { until }), startedAt, durationMs }
    return { result: { ...plan, struck: this.#struck, verdicts, leaks, swept, ...judged }, seen: this.#seen }
  }

  #isDone(): boolean {
    return this.#seen.at(-1)?.record !== undefined
  }

  /** One process of the run, the first or one that resumes it, with at most one strike. */
  async #process(number: number, strike: Strike | undefined): Promise<void> {
    const { provider, cells, disk, logs } = this.#field
    const run = newestRun(this.#reports)
    const until = this.#round.until ? ['--until', this.#round.until] : []
    const first = [...cells.flatMap((cell) => ['--select', cell]), '--provider', provider, '--jobs', '2', ...until]
    const args = ['matrix', ...(run && existsSync(join(run, 'plan.json')) ? ['--resume'] : first)]
    const log = join(logs, `${this.#round.index}-${number}.log`)
    const jump = strike?.kind === 'clock' ? jumpOf(strike) : 0
    const process = RunProcess.start(args, this.#surroundings(), log, jump)
    const { id } = process
    const abort = (): void => process.signal('SIGKILL')
    this.#field.signal.addEventListener('abort', abort, { once: true })
    this.#marks.owners.push(id)
    const before = readRun(run).cells.size
    const started = performance.now()
    if (strike) {
      const watched = { reports: this.#reports, cache: this.#field.cache, owner: id, before, cells: cells.length }
      const hit = await strikeAt(
        {
          ...this.#surroundings(),
          provider,
          disk,
          process,
          // What is left of it, and what starting takes.
          expectedMs: this.#expectedMs * Math.max(0.25, 1 - before / cells.length),
          has: (event) => hasHappened(event, watched),
          before: (all) => this.#noteNetworks(familyOf(id.pid, all)),
        },
        strike,
      )
      const atMs = Math.round(performance.now() - started)
      this.#struck.push({ ...strike, ...(hit !== undefined && { hit, atMs }), code: null })
    }
    const ended = await process.end(deadlineMs[provider])
    this.#field.signal.removeEventListener('abort', abort)
    this.#field.signal.throwIfAborted()
    if (strike) this.#struck.at(-1)!.code = ended.code
    this.#seen.push({ ...ended, ...readRun(newestRun(this.#reports)) })
  }

  /** `npm run down`, after which nothing may be left. */
  async #down(machine: MachineState, number: number): Promise<void> {
    const down = RunProcess.start(
      ['down'],
      this.#surroundings(),
      join(this.#field.logs, `${this.#round.index}-${number}-down.log`),
    )
    const { code } = await down.end(120_000)
    if (code !== 0) this.#leaks.push(`down: ended with ${code}`)
    await this.#compare(machine)
  }

  /** Adds what is left. What ends by itself a moment later, as a killed process does, is not. */
  async #compare(machine: MachineState): Promise<void> {
    let left: string[] = []
    for (let tries = 0; tries < 20; tries++) {
      left = remainsOf(this.#allMarks())
      if (left.length === 0) break
      await sleep(250)
    }
    let changes = changesOf(machine, await machineNow(), this.#field.alone)
    if (changes.length > 0) {
      await sleep(3000)
      changes = changesOf(machine, await machineNow(), this.#field.alone)
    }
    this.#leaks.push(...left, ...changes)
  }

  #noteNetworks(family: ReturnType<typeof familyOf>): void {
    const now = Math.max(0, ...family.map(({ start }) => Number(start)))
    for (const network of networksOf(family)) this.#marks.networks.set(network, now)
  }

  #allMarks(): Marks {
    const folders = [this.#field.cache, this.#reports]
    return { ...this.#marks, variable: variableOf(this.#field), folders }
  }

  #surroundings(): Surroundings {
    const { cache, mark } = this.#field
    return { cache, mark, reports: this.#reports }
  }
}

/** Lets a campaign's own cache use the images of the user's, which are large and never change. */
export function shareImages(cache: string, from: string): void {
  mkdirSync(cache, { recursive: true })
  for (const name of ['images', 'accelerator.json', 'vagrant']) {
    const link = join(cache, name)
    rmSync(link, { recursive: true, force: true })
    if (existsSync(join(from, name))) symlinkSync(join(from, name), link)
  }
}
