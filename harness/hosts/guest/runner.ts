import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import type { Link } from './link.ts'

/** The program on the host that runs scripts. It is perl, which every host has. With the path of a port it uses that. */
export const runnerProgram = readFileSync(new URL('runner.pl', import.meta.url), 'utf8')

export interface Script {
  script: string
  input?: string | Uint8Array | undefined
  /** Whole seconds after which the host ends the script. */
  seconds: number
  /** Exported as PATIENCE, in seconds. */
  patience?: number | undefined
}

export interface Ran {
  /** 124 past the deadline, 128 plus the signal where a signal ended it. */
  code: number
  stdout: Buffer
  stderr: Buffer
}

interface Waiting {
  resolve: (ran: Ran) => void
  reject: (error: Error) => void
}

/**
 * Runs scripts side by side through one process on the host. It connects when first needed and again after a loss. On an
 * emulated processor a session of ssh and sudo for each script, or calls of the guest agent, cost several times as much
 * as a short script.
 */
export class Runner {
  private readonly connect: () => Promise<Link>
  private readonly waiting = new Map<string, Waiting>()
  private link: Promise<Link> | undefined
  // Distinguishes answers of this process from late answers of an earlier one.
  private readonly life = randomBytes(4).toString('hex')
  private count = 0

  constructor(connect: () => Promise<Link>) {
    this.connect = connect
  }

  /** Runs a script. Rejects with LabError `host` when the connection is lost, or after `patienceMs` without an answer. */
  run({ script, input = '', seconds, patience = 0 }: Script, patienceMs: number): Promise<Ran> {
    const [program, bytes] = [Buffer.from(script), Buffer.from(input as string)]
    return this.send(`run ${seconds} ${patience} ${program.length} ${bytes.length}`, [program, bytes], patienceMs)
  }

  /** Sets the host's clock to this machine's and gives its kernel new random numbers. */
  async present(patienceMs: number): Promise<void> {
    // Connect first, so that the time to connect does not make the clock late.
    await this.alive()
    const now = Date.now()
    const line = `present ${Math.floor(now / 1000)} ${(now % 1000) * 1e6} ${randomBytes(32).toString('hex')}`
    const { code, stderr } = await this.send(line, [], patienceMs)
    if (code !== 0)
      throw new LabError('host', `could not set the clock of the host: ${clean(stderr.toString('utf8')).trim()}`)
  }

  /** Closes the connection; running scripts are lost. */
  close(): void {
    const { link } = this
    this.link = undefined
    link?.then(
      (made) => made.close(),
      () => undefined,
    )
    this.lose('it was closed')
  }

  private async send(request: string, parts: Buffer[], patienceMs: number): Promise<Ran> {
    const name = `${this.life}-${++this.count}`
    const answer = new Promise<Ran>((resolve, reject) => this.waiting.set(name, { resolve, reject }))
    // It may reject before anything awaits it.
    answer.catch(() => undefined)
    try {
      const { input } = await this.alive()
      input.write(Buffer.concat([Buffer.from(`${name} ${request}\n`), ...parts]))
      if (await within(patienceMs, answer)) return await answer
    } finally {
      this.waiting.delete(name)
    }
    throw new LabError('host', 'a command ran past its deadline and did not end')
  }

  private alive(): Promise<Link> {
    if (this.link) return this.link
    const link = this.connect().then((made) => {
      let parts: Buffer = Buffer.alloc(0)
      made.output.on('data', (chunk: Buffer) => {
        parts = this.read(Buffer.concat([parts, chunk]))
      })
      made.input.on('error', () => undefined)
      void made.gone.then((why) => {
        // Close this end too, because only one connection may exist.
        made.close()
        if (this.link !== link) return
        this.link = undefined
        this.lose(why)
      })
      return made
    })
    this.link = link
    link.catch(() => {
      if (this.link === link) this.link = undefined
    })
    return link
  }

  /** Takes complete answers from the front and returns the rest. */
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
