import { LabError } from '../../lib/errors.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import type { Ran, Runner } from './runner.ts'

// One argument of a process may hold 128 KiB.
const longest = 100_000
/** How much of a file is read at once: a script may say twice as much. */
const piece = 4 * 2 ** 20

type GuestExecOptions = Pick<ExecOptions, 'deadlineMs'> & { input?: string | Uint8Array }

/** Commands and files on a machine, by the process there that runs scripts. `slow` multiplies every deadline. */
export class Guest {
  private readonly runner: Runner
  private readonly slow: number
  private count = 0

  constructor(runner: Runner, slow: number) {
    this.runner = runner
    this.slow = slow
  }

  /** Runs a POSIX sh script as root; see Host.exec. */
  async exec(script: string, options: GuestExecOptions = {}): Promise<ExecResult> {
    const started = Date.now()
    const { code, stdout, stderr } = await this.run(script, options)
    const durationMs = Date.now() - started
    return { code, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), durationMs }
  }

  /** Like exec, but a command that fails rejects: for the lab's own work. */
  async must(what: string, script: string, options?: GuestExecOptions): Promise<string> {
    return succeeded(what, await this.run(script, options)).toString('utf8')
  }

  /** Writes a file whole or not at all. */
  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const [file, part] = [quote(path), quote(`${path}.dockfault-part`)]
    const script = `mkdir -p -- "$(dirname -- ${file})" && umask 077 && cat >${part} &&
chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}`
    await this.must(`writing ${path}`, script, { input: content })
  }

  async get(path: string): Promise<Uint8Array> {
    const parts: Buffer[] = []
    for (;;) {
      const script = `dd if=${quote(path)} bs=${piece} skip=${parts.length} count=1 iflag=fullblock status=none`
      const part = succeeded(`reading ${path}`, await this.run(script))
      parts.push(part)
      if (part.length < piece) return new Uint8Array(Buffer.concat(parts))
    }
  }

  /** The id of the machine's current boot. */
  async bootId(): Promise<string> {
    const options = { deadlineMs: 10_000 }
    return (await this.must('reading the boot id', 'cat /proc/sys/kernel/random/boot_id', options)).trim()
  }

  /** Has the machine go down, which it does after it has said so: the connection would be cut in the middle of a word. */
  async goDown(how: 'reboot' | 'poweroff'): Promise<void> {
    await this.must(`asking for a ${how}`, `(sleep 1; exec systemctl ${how}) >/dev/null 2>&1 &`)
  }

  /** Brings a machine that goes on from a kept state to the present: its clock, and what it takes for random. */
  present(): Promise<void> {
    return this.runner.present(30_000 * this.slow)
  }

  private async run(script: string, options: GuestExecOptions = {}): Promise<Ran> {
    if (Buffer.byteLength(script) > longest) {
      const file = `/run/dockfault.${process.pid}-${++this.count}.sh`
      await this.put(file, script, 0o600)
      return this.run(`trap 'rm -f ${file}' EXIT\n. ${file}`, options)
    }
    const { deadlineMs = 60_000, input } = options
    const slowMs = deadlineMs * this.slow
    const seconds = Math.ceil(slowMs / 1000)
    // How many seconds a probe waits for an answer, where its own word for it is too short.
    const patience = this.slow > 1 ? 12 : undefined
    return this.runner.run({ script, input, seconds, patience }, slowMs + 30_000 * this.slow)
  }
}

function succeeded(what: string, { code, stdout, stderr }: Ran): Buffer {
  if (code === 0) return stdout
  const said = clean((stderr.length > 0 ? stderr : stdout).toString('utf8')).trim()
  throw new LabError('host', `${what} failed on the host (exit ${code})${said && `: ${said}`}`)
}
