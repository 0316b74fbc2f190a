import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Lock, tryLock } from '../images/lock.ts'
import { LabError } from '../lib/errors.ts'
import type { BisectRecord } from '../results/bisect-record.ts'
import type { CellRecord, RunRecord } from '../results/record.ts'

/** The plan of a matrix, saved before anything boots, so that another process can resume it. */
export interface RunPlan {
  version: 2
  runId: string
  startedAt: string
  command: string
  /** The names of all its cells, in the order of the record. */
  cells: string[]
  provider?: string
  until?: string
  /** Uses no saved state of hosts. */
  cold?: boolean
  /** Outside detectors, as named on the command line. */
  detectors?: string[]
  jobs?: number
  retryFailed: number
  retryBroken: number
  shard?: NonNullable<RunRecord['shard']>
  /** A sweep: the scenario with its variant, and the values of each variable. */
  sweep?: { scenario: string; space: Record<string, string[]> }
  bisect?: BisectRecord
  /** Ms that earlier processes spent on it, and when the present one began. */
  spentMs: number
  continuedAt: string
}

/** The folder of a matrix run: its plan, and the record of each ended cell. One process holds it at a time. */
export class RunStore {
  readonly dir: string
  readonly plan: RunPlan
  readonly #lock: Lock

  private constructor(dir: string, plan: RunPlan, lock: Lock) {
    this.dir = dir
    this.plan = plan
    this.#lock = lock
  }

  /** Begins a run. */
  static async create(reports: string, plan: Omit<RunPlan, 'version' | 'spentMs' | 'continuedAt'>): Promise<RunStore> {
    const dir = join(reports, plan.runId)
    await mkdir(join(dir, 'cells'), { recursive: true })
    const lock = await tryLock(lockOf(dir))
    if (!lock) throw new LabError('usage', `another process holds the run ${plan.runId}`)
    const store = new RunStore(dir, { version: 2, ...plan, spentMs: 0, continuedAt: plan.startedAt }, lock)
    return store.#begin()
  }

  /**
   * Resumes a run that was killed or interrupted: the one with this id, else the newest of its kind. Throws LabError
   * `usage` if there is none, if it is complete, or if another process is still running it.
   */
  static async resume(reports: string, runId?: string, kind: Kind = 'matrix'): Promise<RunStore> {
    const hint = `npm run ${kind} starts a new one`
    const id = runId ?? unfinished(reports, kind).at(-1)
    if (!id) throw new LabError('usage', 'there is no unfinished run', { hint })
    const dir = join(reports, id)
    const plan = readPlan(dir)
    if (!plan || kindOf(plan) !== kind)
      throw new LabError('usage', `there is no run ${id} that can be resumed`, { hint })
    const lock = await tryLock(lockOf(dir))
    if (!lock) throw new LabError('usage', `another process is still running ${id}`)
    if (isDone(dir, plan)) {
      await lock.release()
      throw new LabError('usage', `the run ${id} has no cell left to run`, { hint })
    }
    const worked = Math.max(0, ...ended(dir).map((name) => statSync(join(dir, 'cells', name)).mtimeMs))
    const spentMs = plan.spentMs + Math.max(0, Math.round(worked - Date.parse(plan.continuedAt)))
    const store = new RunStore(dir, { ...plan, spentMs, continuedAt: new Date().toISOString() }, lock)
    return store.#begin()
  }

  /** The records of the cells that have ended, by name. */
  async done(): Promise<Map<string, CellRecord>> {
    const names = await readdir(join(this.dir, 'cells'))
    const files = names.filter((name) => name.endsWith('.json'))
    const records = await Promise.all(
      files.map(async (name) => JSON.parse(await readFile(join(this.dir, 'cells', name), 'utf8')) as CellRecord),
    )
    return new Map(records.map((record) => [record.name, record]))
  }

  /** Saves what a bisection has learned of its versions. */
  async amend(bisect: BisectRecord): Promise<void> {
    this.plan.bisect = bisect
    await this.#savePlan()
  }

  /** Adds cells to the plan, which a sweep chooses by what it has found in `spentMs`. */
  async extend(cells: readonly string[], spentMs: number): Promise<void> {
    this.plan.cells.push(...cells)
    this.plan.spentMs = spentMs
    this.plan.continuedAt = new Date().toISOString()
    await this.#savePlan()
  }

  /** Saves the record of a cell that has ended. */
  save(cell: CellRecord): Promise<void> {
    return writeWhole(join(this.dir, 'cells', fileOf(cell.name)), cell)
  }

  /** Releases the run. */
  async close(): Promise<void> {
    // The file goes while the lock is held; otherwise it could be removed while another process holds it.
    await rm(lockOf(this.dir), { force: true })
    await this.#lock.release()
  }

  /** Saves the plan. If that fails, as on a full disk, another process can have the run. */
  async #begin(): Promise<this> {
    try {
      await this.#savePlan()
      return this
    } catch (error) {
      await this.close()
      throw error
    }
  }

  #savePlan(): Promise<void> {
    return writeWhole(join(this.dir, 'plan.json'), this.plan)
  }
}

type Kind = 'matrix' | 'sweep' | 'bisect'

const kindOf = ({ sweep, bisect }: RunPlan): Kind => (bisect ? 'bisect' : sweep ? 'sweep' : 'matrix')

const lockOf = (dir: string): string => join(dir, 'plan.lock')
const fileOf = (cell: string): string => `${cell}.json`

// Written under another name and renamed: even if this process dies, the file is whole or missing.
async function writeWhole(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.part`
  await writeFile(temporary, `${JSON.stringify(value, undefined, 2)}\n`)
  await rename(temporary, path)
}

function readPlan(dir: string): RunPlan | undefined {
  try {
    const plan = JSON.parse(readFileSync(join(dir, 'plan.json'), 'utf8')) as RunPlan
    return plan.version === 2 ? plan : undefined
  } catch {
    return undefined
  }
}

const ended = (dir: string): string[] =>
  existsSync(join(dir, 'cells')) ? readdirSync(join(dir, 'cells')).filter((name) => name.endsWith('.json')) : []

function isDone(dir: string, plan: RunPlan): boolean {
  const files = new Set(ended(dir))
  return plan.cells.every((name) => files.has(fileOf(name))) && existsSync(join(dir, 'record.json'))
}

/** The ids of runs that have cells left, oldest first. */
function unfinished(reports: string, kind: Kind): string[] {
  const names = existsSync(reports) ? readdirSync(reports).filter((name) => name !== 'latest') : []
  return names
    .flatMap((name) => {
      const plan = readPlan(join(reports, name))
      return plan && kindOf(plan) === kind && !isDone(join(reports, name), plan) ? [plan] : []
    })
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .map(({ runId }) => runId)
}
