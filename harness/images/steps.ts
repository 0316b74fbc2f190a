import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa, type Options } from 'execa'
import { LabError } from '../lib/errors.ts'
import { clean, duration } from '../lib/text.ts'
import { type BuildOptions, cacheRoot } from './cache.ts'
import { tied } from './namespace.ts'
import { scratchOf } from './scratch.ts'

/** The steps of one build. Each is reported, timed and logged to a file; its error has the last lines of output. */
export class Steps {
  private readonly subject: string
  private readonly log: string
  private readonly scratch: string
  private readonly options: BuildOptions
  private readonly started = Date.now()

  /** `dir` is the build's folder, from `cached`. */
  constructor(subject: string, dir: string, options: BuildOptions) {
    this.subject = subject
    this.scratch = scratchOf(dir)
    this.log = join(cacheRoot(), 'logs', `${subject.replaceAll(' ', '-')}.log`)
    mkdirSync(dirname(this.log), { recursive: true })
    writeFileSync(this.log, '')
    this.options = options
  }

  report(line: string): void {
    this.options.progress(`${this.subject}: ${line} [${duration(Date.now() - this.started)}]`)
  }

  /** Runs a command; `phase` selects what people see of its output. */
  async run(what: string, command: readonly string[], phase?: (line: string) => string | undefined, more?: Options) {
    this.report(what)
    const [file, ...args] = [...tied(), ...command]
    const child = execa(file!, args, {
      stdin: 'ignore',
      all: true,
      detached: true,
      env: { TMPDIR: this.scratch },
      cancelSignal: this.options.signal,
      reject: false,
      buffer: false,
      ...more,
    })
    const last: string[] = []
    for await (const raw of child.iterable({ from: 'all' })) {
      const line = clean(String(raw))
      appendFileSync(this.log, `${line}\n`)
      last.push(line)
      if (last.length > 12) last.shift()
      const shown = phase?.(line)
      if (shown) this.report(shown)
    }
    const result = await child
    this.options.signal.throwIfAborted()
    if (result.failed)
      throw new LabError('image', `${this.subject}: ${what} failed (exit ${result.exitCode})\n${last.join('\n')}`, {
        hint: `the whole output is in ${this.log}`,
      })
  }
}
