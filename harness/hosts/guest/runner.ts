import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { clean } from '../../lib/text.ts'
import type { Link } from './link.ts'
import { mostErrors, mostOutput } from './most-output.ts'

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
      const answers = new Answers()
      made.output.on('data', (chunk: Buffer) => {
        for (const { name, ran } of answers.read(chunk)) this.waiting.get(name)?.resolve(ran)
        if (answers.garbage === undefined || this.link !== link) return
        // After that nothing shows where an answer begins.
        this.link = undefined
        made.close()
        this.lose(`it answered ${JSON.stringify(answers.garbage)}`)
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

  private lose(why: string): void {
    for (const { reject } of this.waiting.values())
      reject(new LabError('host', `the connection to the host was lost: ${why}`))
  }
}

// A name, an exit code, and the lengths of both outputs.
const head = /^(\S+) (\d{1,3}) (\d{1,8}) (\d{1,8})$/
const longestHead = 100

/** Reads answers from the pieces in which they come. It keeps no more than one answer, whatever a guest sends. */
class Answers {
  /** What came in place of an answer; nothing is read after it. */
  garbage: string | undefined
  private pieces: Buffer[] = []
  private bytes = 0
  private wanted = 0

  /** Takes a piece, and gives the answers that are complete now. */
  read(piece: Buffer): { name: string; ran: Ran }[] {
    this.pieces.push(piece)
    this.bytes += piece.length
    const answers: { name: string; ran: Ran }[] = []
    while (this.garbage === undefined && this.bytes > 0 && this.bytes >= this.wanted) {
      const all = Buffer.concat(this.pieces)
      const end = all.indexOf(10)
      const [, name = '', code, out, err] = head.exec(all.subarray(0, Math.max(0, end)).toString('latin1')) ?? []
      const [stdout, stderr] = [Number(out), Number(err)]
      const isAnswer = name !== '' && stdout <= mostOutput && stderr <= mostErrors
      if (end > longestHead || (end < 0 ? all.length > longestHead : !isAnswer)) {
        this.garbage = clean(all.subarray(0, end < 0 ? longestHead : Math.min(end, longestHead)).toString('utf8'))
        this.keep(Buffer.alloc(0))
        break
      }
      this.keep(all)
      if (end < 0) break
      const [from, to] = [end + 1, end + 1 + stdout + stderr]
      this.wanted = to
      if (all.length < to) break
      const ran = {
        code: Number(code),
        stdout: all.subarray(from, from + stdout),
        stderr: all.subarray(from + stdout, to),
      }
      answers.push({ name, ran })
      this.wanted = 0
      this.keep(all.subarray(to))
    }
    return answers
  }

  private keep(rest: Buffer): void {
    this.pieces = rest.length > 0 ? [rest] : []
    this.bytes = rest.length
  }
}
