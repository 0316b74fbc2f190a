import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { execa } from 'execa'
import { until } from '../../lib/retry.ts'
import { type Link, linkOver } from '../guest/link.ts'

export interface SshOptions {
  /** Words in front of the command: how to get to where the machine's network is. */
  reach: readonly string[]
  /** What `vagrant ssh-config` printed, as a file. */
  config: string
  /** The host's name in it. */
  host: string
  /** Where the connection's socket is; short, for a socket's path must stay under 108 bytes. */
  socket: string
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
}

/** One OpenSSH connection, shared by all commands: a new one takes seconds on an emulated processor. */
export class Ssh {
  private readonly options: SshOptions
  private master: ChildProcess | undefined

  constructor(options: SshOptions) {
    this.options = options
  }

  /** Whether the connection stands. */
  get isOpen(): boolean {
    return this.master?.exitCode === null && this.master.signalCode === null
  }

  /** Connects, or finds the connection made. Rejects with LabError `host` when nobody answers within the deadline. */
  async open(deadlineMs: number): Promise<void> {
    const { socket, signal } = this.options
    await until(
      'the host to answer ssh',
      async () => {
        if (!this.isOpen) {
          rmSync(socket, { force: true })
          this.master = this.connect()
        }
        return (await this.isAnswered()) || undefined
      },
      { deadlineMs, everyMs: 300, signal },
    )
  }

  /** Ends the connection; commands that are under way are lost. */
  close(): void {
    this.master?.kill('SIGKILL')
    this.master = undefined
    rmSync(this.options.socket, { force: true })
  }

  /** Begins a command that is spoken to as it goes. */
  start(command: string): Link {
    const [file, ...args] = this.words(['--', command])
    // A session of its own: Ctrl-C reaches the harness alone.
    return linkOver(spawn(file!, args, { stdio: 'pipe', detached: true }))
  }

  /** Joins this terminal to a command on the host. */
  async join(command: string): Promise<void> {
    const [file, ...args] = this.words(['-t', '--', command])
    await execa(file!, args, { stdio: 'inherit', reject: false })
  }

  private async isAnswered(): Promise<boolean> {
    const [file, ...args] = this.words(['-O', 'check'])
    const { exitCode } = await execa(file!, args, {
      stdin: 'ignore',
      reject: false,
      timeout: 10_000,
      killSignal: 'SIGKILL',
    })
    return exitCode === 0
  }

  private connect(): ChildProcess {
    // A cut link is noticed, a busy host is not taken for one.
    const alive = ['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=6']
    const [file, ...args] = this.words(['-M', '-N', ...alive])
    // A session of its own: Ctrl-C reaches the harness alone.
    const child = spawn(file!, args, { stdio: 'ignore', detached: true })
    child.on('error', () => undefined)
    child.unref()
    return child
  }

  private words(more: string[]): string[] {
    const { reach, config, host, socket, slow } = this.options
    const [options, command] = more.includes('--')
      ? [more.slice(0, more.indexOf('--')), more.slice(more.indexOf('--') + 1)]
      : [more, []]
    const own = ['-F', config, '-S', socket, '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${10 * slow}`]
    return [...reach, 'ssh', ...own, ...options, host, ...command]
  }
}
