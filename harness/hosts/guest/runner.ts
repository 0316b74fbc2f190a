import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import type { Link } from './link.ts'

/** What runs the scripts on the other side, in perl, which every host has; given the path of a port, it talks through that. */
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
 * Runs scripts side by side through one process on the guest, found or made when it is first needed and again when it is
 * gone. A session of ssh and sudo for each, or a call of the guest agent's and polls for its end, would cost an emulated
 * processor several times what a short script does.
 */
export class Runner {
  private readonly connect: () => Promise<Link>
  private readonly waiting = new Map<string, Waiting>()
  private link: Promise<Link> | undefined
  // What an earlier life of the process may still answer bears another name.
  private readonly life = randomBytes(4).toString('hex')
  private count = 0

  constructor(connect: () => Promise<Link>) {
    this.connect = connect
  }

  /** Rejects with LabError `host` when the connection is lost, or nothing is heard for `patienceMs`. */
  run({ script, input = '', seconds, patience = 0 }: Script, patienceMs: number): Promise<Ran> {
    const [program, bytes] = [Buffer.from(script), Buffer.from(input as string)]
    return this.ask(`run ${seconds} ${patience} ${program.length} ${bytes.length}`, [program, bytes], patienceMs)
  }

  /** Sets the guest's clock to this machine's, and has its kernel draw random numbers of its own. */
  async present(patienceMs: number): Promise<void> {
    // What it takes to get there is no part of the time that is told.
    await this.alive()
    const now = Date.now()
    const line = `present ${Math.floor(now / 1000)} ${(now % 1000) * 1e6} ${randomBytes(32).toString('hex')}`
    const { code, stderr } = await this.ask(line, [], patienceMs)
    if (code !== 0)
      throw new LabError('host', `the clock of the guest was not set: ${clean(stderr.toString('utf8')).trim()}`)
  }

  /** Lets go of the process on the guest; scripts that are under way are lost. */
  close(): void {
    const { link } = this
    this.link = undefined
    link?.then(
      (made) => made.close(),
      () => undefined,
    )
    this.lose('it was closed')
  }

  private async ask(request: string, parts: Buffer[], patienceMs: number): Promise<Ran> {
    const name = `${this.life}-${++this.count}`
    const answer = new Promise<Ran>((resolve, reject) => this.waiting.set(name, { resolve, reject }))
    // It may come before anybody listens.
    answer.catch(() => undefined)
    try {
      const { input } = await this.alive()
      input.write(Buffer.concat([Buffer.from(`${name} ${request}\n`), ...parts]))
      if (await within(patienceMs, answer)) return await answer
    } finally {
      this.waiting.delete(name)
    }
    throw new LabError('host', 'a command did not end, though it was past its deadline')
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
        // Its other end may still be held here, where only one can be.
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
