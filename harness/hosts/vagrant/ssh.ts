import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { execa } from 'execa'
import { until } from '../../lib/retry.ts'
import { type Link, linkOver } from '../guest/link.ts'

export interface SshOptions {
  /** The words before the command that make it run in the machine's network. */
  wrapper: readonly string[]
  /** A file with the output of `vagrant ssh-config`. */
  config: string
  /** The host's name in it. */
  host: string
  /** The path of the connection's socket, which is limited to 108 bytes. */
  socket: string
  /** Multiplies every deadline. */
  slow: number
  signal: AbortSignal
}

/** One OpenSSH connection for all commands, because a new one takes seconds on an emulated processor. */
export class Ssh {
  private readonly options: SshOptions
  private master: ChildProcess | undefined

  constructor(options: SshOptions) {
    this.options = options
  }

  /** Whether the connection is open. */
  get isOpen(): boolean {
    return this.master?.exitCode === null && this.master.signalCode === null
  }

  /** Connects, unless the connection is open. Rejects with LabError `host` if nothing answers within the deadline. */
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

  /** Closes the connection; running commands are lost. */
  close(): void {
    this.master?.kill('SIGKILL')
    this.master = undefined
    rmSync(this.options.socket, { force: true })
  }

  /** Starts a command and connects to its input and output. */
  start(command: string): Link {
    const [file, ...args] = this.words(['--', command])
    // In its own session, so that Ctrl-C stops only the harness.
    return linkOver(spawn(file!, args, { stdio: 'pipe', detached: true }))
  }

  /** Connects this terminal to a command on the host. */
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
    // Long enough that a busy host is not taken for a cut connection.
    const alive = ['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=6']
    const [file, ...args] = this.words(['-M', '-N', ...alive])
    // In its own session, so that Ctrl-C stops only the harness.
    const child = spawn(file!, args, { stdio: 'ignore', detached: true })
    child.on('error', () => undefined)
    child.unref()
    return child
  }

  private words(more: string[]): string[] {
    const { wrapper, config, host, socket, slow } = this.options
    const [options, command] = more.includes('--')
      ? [more.slice(0, more.indexOf('--')), more.slice(more.indexOf('--') + 1)]
      : [more, []]
    const own = ['-F', config, '-S', socket, '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${10 * slow}`]
    return [...wrapper, 'ssh', ...own, ...options, host, ...command]
  }
}
