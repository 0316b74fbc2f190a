import { appendFileSync } from 'node:fs'
import { execa } from 'execa'
import { LabError, messageOf } from '../../lib/errors.ts'
import { clean } from '../../lib/text.ts'
import { type Message, parseMachineReadable, wordsOf } from './machine-readable.ts'

export interface VagrantOptions {
  /** The words before the command that make it run beside libvirt. */
  wrapper: readonly string[]
  /** The variables that choose the Vagrantfile and its state, and those that the Vagrantfile reads. */
  env: Readonly<Record<string, string>>
  /** The file for all output of Vagrant. */
  logFile: string
  progress: (line: string) => void
  signal: AbortSignal
}

/** The vagrant command, with machine-readable output. */
export class Vagrant {
  private readonly options: VagrantOptions

  constructor(options: VagrantOptions) {
    this.options = options
  }

  /**
   * Runs one command and gives its messages. Rejects with LabError `host` and Vagrant's message if it fails or takes longer
   * than `deadlineMs`, or with `missing` if there is no Vagrant.
   */
  async run(args: readonly string[], { deadlineMs }: { deadlineMs: number }): Promise<Message[]> {
    const { wrapper, env, logFile, signal } = this.options
    const [command, ...words] = [...wrapper, 'vagrant', ...args, '--machine-readable']
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
      this.report(found)
      if (found.length === 0) last.push(text)
    }
    const result = await child
    signal.throwIfAborted()
    if (!result.failed) return messages
    if (result.code === 'ENOENT')
      throw new LabError('missing', `${command} is not on this machine`, { cause: result.cause })
    const { error, printed } = wordsOf(messages)
    // If a plugin crashes, the first line of Ruby's trace gives the reason.
    const died = last.find((line) => /\([\w:]+Error\)$/.test(line))
    const why =
      error?.text ?? died ?? (printed.at(-1) || last.slice(-3).join('\n') || messageOf(result.cause ?? 'no output'))
    const late = result.timedOut ? ` took longer than ${Math.round(deadlineMs / 1000)} s` : ''
    throw new LabError('host', `vagrant ${args[0]}${late}: ${why}`, {
      facts: { ...(error && { error: error.name }), exit: result.exitCode },
      hint: `all output of Vagrant is in ${logFile}`,
    })
  }

  /** The state of a machine, as Vagrant calls it: running, not_created, shutoff, … */
  async state(machine: string): Promise<string> {
    const messages = await this.run(['status', machine], { deadlineMs: 60_000 })
    return messages.find(({ target, type }) => target === machine && type === 'state')?.data[0] ?? 'unknown'
  }

  // Only its headlines, because a progress bar prints a line for each step.
  private report(messages: readonly Message[]): void {
    for (const { type, data } of messages) {
      const text = data.slice(1).join(',').trim()
      if (type === 'ui' && /^(info|output|warn)$/.test(data[0] ?? '') && /^[^\n%]{8,100}$/.test(text))
        this.options.progress(`vagrant: ${text}`)
    }
  }
}
