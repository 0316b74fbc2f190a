import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'

/** What runs the scripts on the other side, in perl, which every host has. */
export const runnerProgram = readFileSync(new URL('runner.pl', import.meta.url), 'utf8')

export interface Script {
  script: string
  input?: string | Uint8Array | undefined
  /** Past it the script is ended on the host, whole seconds. */
  seconds: number
  /** Exported as PATIENCE, in seconds. */
  patience?: number | undefined
}

export interface Ran {
  /** 124 past the deadline, 128 and the signal where one ended it. */
  code: number
  stdout: Buffer
  stderr: Buffer
}

interface Waiting {
  resolve: (ran: Ran) => void
  reject: (error: Error) => void
}

/**
 * Runs scripts side by side through one process on the host, made when it is first needed and again when it is gone. A
 * session of ssh and of sudo for each would cost an emulated processor eight times what a short script does.
 */
export class Runner {
  private readonly start: () => ChildProcessWithoutNullStreams
  private readonly waiting = new Map<string, Waiting>()
  private child: ChildProcessWithoutNullStreams | undefined
  private count = 0

  /** `start` begins the program on the host; what it reads and writes is a pipe. */
  constructor(start: () => ChildProcessWithoutNullStreams) {
    this.start = start
  }

  /** Rejects with LabError `host` when the connection is lost, or nothing is heard for `patienceMs`. */
  async run({ script, input = '', seconds, patience = 0 }: Script, patienceMs: number): Promise<Ran> {
    const child = this.alive()
    const name = String(++this.count)
    const [program, bytes] = [Buffer.from(script), Buffer.from(input as string)]
    const answer = new Promise<Ran>((resolve, reject) => this.waiting.set(name, { resolve, reject }))
    child.stdin.write(`${name} ${seconds} ${patience} ${program.length} ${bytes.length}\n`)
    child.stdin.write(program)
    child.stdin.write(bytes)
    try {
      if (await within(patienceMs, answer)) return await answer
    } finally {
      this.waiting.delete(name)
    }
    throw new LabError('host', 'a command did not end, though it was past its deadline')
  }

  /** Ends the process on the host; scripts that are under way are lost. */
  close(): void {
    const { child } = this
    this.child = undefined
    child?.stdin.destroy()
    child?.kill('SIGKILL')
    this.lose('it was closed')
  }

  private alive(): ChildProcessWithoutNullStreams {
    if (this.child) return this.child
    const child = this.start()
    this.child = child
    let said = ''
    let parts: Buffer = Buffer.alloc(0)
    child.stdout.on('data', (chunk: Buffer) => {
      parts = this.read(Buffer.concat([parts, chunk]))
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2000)
    })
    const gone = (): void => {
      if (this.child !== child) return
      this.child = undefined
      this.lose(clean(said).trim() || 'ssh said nothing')
    }
    // What it said last comes before it closes; but others may hold its pipes open.
    const closed = new Promise((resolve) => child.on('close', resolve))
    child.on('exit', () => void within(500, closed).then(gone)).on('error', gone)
    child.stdin.on('error', () => undefined)
    return child
  }

  /** Takes whole answers from the front; gives the rest. */
  private read(bytes: Buffer): Buffer {
    let rest = bytes
    for (;;) {
      const end = rest.indexOf(10)
      if (end < 0) return rest
      const [name = '', code, out, err] = rest.subarray(0, end).toString('utf8').split(' ')
      const [from, middle, to] = [end + 1, end + 1 + Number(out), end + 1 + Number(out) + Number(err)]
      if (!(to >= from)) {
        this.lose(`it answered ${JSON.stringify(clean(rest.subarray(0, end).toString('utf8')))}`)
        return Buffer.alloc(0)
      }
      if (rest.length < to) return rest
      const ran = { code: Number(code), stdout: rest.subarray(from, middle), stderr: rest.subarray(middle, to) }
      this.waiting.get(name)?.resolve(ran)
      rest = rest.subarray(to)
    }
  }

  private lose(why: string): void {
    for (const { reject } of this.waiting.values())
      reject(new LabError('host', `the connection to the host was lost: ${why}`))
  }
}
