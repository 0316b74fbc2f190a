import { LabError } from '../../lib/errors.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import { Runner, runnerProgram } from './runner.ts'
import type { Ssh } from './ssh.ts'

// One argument of a process may hold 128 KiB.
const longest = 100_000

type GuestExecOptions = Pick<ExecOptions, 'deadlineMs'> & { input?: string | Uint8Array }

/** Commands and files on a host, over ssh and sudo. `slow` multiplies every deadline. */
export class Guest {
  private readonly ssh: Ssh
  private readonly runner: Runner
  private readonly slow: number
  private count = 0

  constructor(ssh: Ssh, slow: number) {
    this.ssh = ssh
    this.slow = slow
    this.runner = new Runner(() => ssh.start(`sudo -n perl -e ${quote(runnerProgram)}`))
  }

  /** Runs a POSIX sh script as root; see Host.exec. */
  async exec(script: string, options: GuestExecOptions = {}): Promise<ExecResult> {
    const started = Date.now()
    const deadlineMs = (options.deadlineMs ?? 60_000) * this.slow
    if (Buffer.byteLength(script) > longest) {
      const file = `/run/dockfault.${process.pid}-${++this.count}.sh`
      await this.put(file, script, 0o600)
      return this.exec(`trap 'rm -f ${file}' EXIT\n. ${file}`, options)
    }
    const { code, stdout, stderr } = await this.runner.run(
      {
        script,
        input: options.input,
        seconds: Math.ceil(deadlineMs / 1000),
        // How many seconds a probe waits for an answer, where its own word for it is too short.
        patience: this.slow > 1 ? 12 : undefined,
      },
      deadlineMs + 30_000 * this.slow,
    )
    const durationMs = Date.now() - started
    return { code, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), durationMs }
  }

  /** Lets go of the connection, which is about to be cut; the next command makes another. */
  close(): void {
    this.runner.close()
    this.ssh.close()
  }

  /** Writes a file whole or not at all. */
  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const [file, part] = [quote(path), quote(`${path}.dockfault-part`)]
    const script = `mkdir -p -- "$(dirname -- ${file})" && umask 077 && cat >${part} &&
chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}`
    await this.must(`writing ${path}`, script, { input: content })
  }

  async get(path: string): Promise<Uint8Array> {
    const { exitCode, stdout, stderr } = await this.ssh.run(`sudo -n cat -- ${quote(path)}`, 60_000 * this.slow)
    if (exitCode === 0) return new Uint8Array(stdout)
    const said = clean(stderr.toString('utf8')).trim()
    throw new LabError('host', `reading ${path} failed on the host: ${said || 'the connection was lost'}`)
  }

  /** Like exec, but a command that fails rejects: for the lab's own work. */
  async must(what: string, script: string, options?: GuestExecOptions): Promise<string> {
    const { code, stdout, stderr } = await this.exec(script, options)
    if (code === 0) return stdout
    throw new LabError('host', `${what} failed on the host (exit ${code}): ${clean(stderr || stdout).trim()}`)
  }

  /** The id of the host's current boot. */
  async bootId(): Promise<string> {
    return (
      await this.must('reading the boot id', 'cat /proc/sys/kernel/random/boot_id', { deadlineMs: 10_000 })
    ).trim()
  }
}
