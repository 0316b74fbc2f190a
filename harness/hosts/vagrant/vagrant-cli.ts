import { appendFileSync } from 'node:fs'
import { execa } from 'execa'
import { LabError, messageOf } from '../../lib/errors.ts'
import { clean } from '../../lib/text.ts'
import { type Message, parseMachineReadable, wordsOf } from './machine-readable.ts'

export interface VagrantOptions {
  /** Words in front of the command: how to get to where libvirt is. */
  reach: readonly string[]
  /** Which Vagrantfile, which state, and what the Vagrantfile is told. */
  env: Readonly<Record<string, string>>
  /** What Vagrant printed, for people. */
  logFile: string
  progress: (line: string) => void
  signal: AbortSignal
}

/** The vagrant command of this machine, asked in its machine-readable words. */
export class Vagrant {
  private readonly options: VagrantOptions

  constructor(options: VagrantOptions) {
    this.options = options
  }

  /**
   * Runs one command and gives its messages. Rejects with LabError `host`, in Vagrant's own words, when it fails or takes
   * longer than `deadlineMs`; with `missing` when there is no Vagrant.
   */
  async run(args: readonly string[], { deadlineMs }: { deadlineMs: number }): Promise<Message[]> {
    const { reach, env, logFile, signal } = this.options
    const [command, ...words] = [...reach, 'vagrant', ...args, '--machine-readable']
    const child = execa(command!, words, {
      env: { ...env, VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_NO_COLOR: '1' },
      stdin: 'ignore',
      all: true,
      reject: false,
      timeout: deadlineMs,
      cancelSignal: signal,
      forceKillAfterDelay: 3000,
    })
    const messages: Message[] = []
    const last: string[] = []
    for await (const line of child.iterable({ from: 'all' })) {
      const text = clean(String(line))
      appendFileSync(logFile, `${text}\n`)
      const found = parseMachineReadable(text)
      messages.push(...found)
      this.tell(found)
      if (found.length === 0) last.push(text)
    }
    const result = await child
    signal.throwIfAborted()
    if (!result.failed) return messages
    if (result.code === 'ENOENT')
      throw new LabError('missing', `${command} is not on this machine`, { cause: result.cause })
    const { error, said } = wordsOf(messages)
    // Where a plugin dies, the first line of Ruby's trace says of what.
    const died = last.find((line) => /\([\w:]+Error\)$/.test(line))
    const why =
      error?.text ?? died ?? (said.at(-1) || last.slice(-3).join('\n') || messageOf(result.cause ?? 'no word'))
    const late = result.timedOut ? ` took longer than ${Math.round(deadlineMs / 1000)} s` : ''
    throw new LabError('host', `vagrant ${args[0]}${late}: ${why}`, {
      facts: { ...(error && { error: error.name }), exit: result.exitCode },
      hint: `all that Vagrant said is in ${logFile}`,
    })
  }

  /** The state of a machine, in Vagrant's word: running, not_created, shutoff, … */
  async state(machine: string): Promise<string> {
    const messages = await this.run(['status', machine], { deadlineMs: 60_000 })
    return messages.find(({ target, type }) => target === machine && type === 'state')?.data[0] ?? 'unknown'
  }

  // Its headlines only; a progress bar is a line for each step.
  private tell(messages: readonly Message[]): void {
    for (const { type, data } of messages) {
      const text = data.slice(1).join(',').trim()
      if (type === 'ui' && /^(info|output|warn)$/.test(data[0] ?? '') && /^[^\n%]{8,100}$/.test(text))
        this.options.progress(`vagrant: ${text}`)
    }
  }
}
