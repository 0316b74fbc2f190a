import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { identify, kill, type ProcessId } from '../hosts/process.ts'
import { LabError } from '../lib/errors.ts'
import { within } from '../lib/retry.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const clockJump = new URL('./clock-jump.ts', import.meta.url).href

/** The environment that all processes of a campaign have, and by which they are known. */
export interface Surroundings {
  /** The lab's cache folder. */
  cache: string
  reports: string
  /** The value of DOCKFAULT_CHAOS. */
  mark: string
}

/** The variable by which the processes of a campaign are known, with its value. */
export const variableOf = ({ mark }: Surroundings): string => `DOCKFAULT_CHAOS=${mark}`

/** A command of the lab that runs as a process in a session of its own. */
export class RunProcess {
  readonly id: ProcessId
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  hasEnded = false

  private constructor(child: ChildProcess, id: ProcessId) {
    this.#child = child
    this.id = id
    this.#ended = new Promise((resolve) =>
      child.on('exit', (code) => {
        this.hasEnded = true
        resolve(code)
      }),
    )
  }

  /** Starts it; its output goes to `log`. `jumpMs`: how far its clock jumps at SIGUSR2. */
  static start(args: readonly string[], surroundings: Surroundings, log: string, jumpMs = 0): RunProcess {
    mkdirSync(dirname(log), { recursive: true })
    const out = openSync(log, 'a')
    const { cache, reports, mark } = surroundings
    const preload = jumpMs === 0 ? [] : ['--import', clockJump]
    const child = spawn(process.execPath, ['--import', 'tsx', ...preload, main, ...args], {
      detached: true,
      stdio: ['ignore', out, out],
      env: {
        ...process.env,
        XDG_CACHE_HOME: dirname(cache),
        DOCKFAULT_REPORTS: reports,
        DOCKFAULT_CHAOS: mark,
        DOCKFAULT_CHAOS_CLOCK: String(jumpMs),
        NO_COLOR: '1',
      },
    })
    closeSync(out)
    const id = child.pid === undefined ? undefined : identify(child.pid)
    if (!id) throw new LabError('host', 'node did not start')
    return new RunProcess(child, id)
  }

  /** Its exit code, null where a signal ended it. After the deadline it is killed; `hung` names that. */
  async end(deadlineMs: number): Promise<{ code: number | null; hung: boolean }> {
    const hung = !(await within(deadlineMs, this.#ended))
    if (hung) await kill(this.id)
    return { code: await this.#ended, hung }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }
}
