import { LabError } from '../../lib/errors.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import { mostOfFile, outputText, refuseLarger } from './most-output.ts'
import type { Ran, Runner } from './runner.ts'

// The kernel limits one argument of a process to 128 KiB.
const longest = 100_000
// How much of a file is read at once; the output of a script may be twice as large.
const piece = 4 * 2 ** 20

type GuestExecOptions = Pick<ExecOptions, 'deadlineMs'> & { input?: string | Uint8Array }

/** Runs commands and transfers files on a machine through its runner. `slow` multiplies every deadline. */
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
    const started = performance.now()
    const { code, stdout, stderr } = await this.run(script, options)
    const durationMs = Math.round(performance.now() - started)
    return { code, ...outputText(stdout, stderr), durationMs }
  }

  /** Like exec, but rejects if the command fails. For the lab's own work. */
  async runOrThrow(what: string, script: string, options?: GuestExecOptions): Promise<string> {
    return succeeded(what, await this.run(script, options)).toString('utf8')
  }

  /** Writes a file whole or not at all. */
  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const [file, part] = [quote(path), quote(`${path}.dockfault-part`)]
    const script = `mkdir -p -- "$(dirname -- ${file})" && umask 077 && cat >${part} &&
chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}`
    await this.runOrThrow(`writing ${path}`, script, { input: content })
  }

  async get(path: string): Promise<Uint8Array> {
    const parts: Buffer[] = []
    for (;;) {
      const script = `dd if=${quote(path)} bs=${piece} skip=${parts.length} count=1 iflag=fullblock status=none`
      const part = succeeded(`reading ${path}`, await this.run(script))
      parts.push(part)
      refuseLarger(`reading ${path}`, piece * (parts.length - 1) + part.length, mostOfFile)
      if (part.length < piece) return new Uint8Array(Buffer.concat(parts))
    }
  }

  /** The id of the machine's current boot. */
  async bootId(): Promise<string> {
    const options = { deadlineMs: 10_000 }
    return (await this.runOrThrow('reading the boot id', 'cat /proc/sys/kernel/random/boot_id', options)).trim()
  }

  /** Reboots the machine or powers it off. It does so after its answer, so that the connection is not cut within it. */
  async goDown(how: 'reboot' | 'poweroff'): Promise<void> {
    await this.runOrThrow(`the ${how}`, `(sleep 1; exec systemctl ${how}) >/dev/null 2>&1 &`)
  }

  /** Sets the clock and the random state of a machine that continues from a saved state. */
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
    // How many seconds a probe waits on a slow host, where its own default is too short.
    const patience = this.slow > 1 ? 12 : undefined
    return this.runner.run({ script, input, seconds, patience }, slowMs + 30_000 * this.slow)
  }
}

function succeeded(what: string, { code, stdout, stderr }: Ran): Buffer {
  if (code === 0) return stdout
  const output = clean((stderr.length > 0 ? stderr : stdout).toString('utf8')).trim()
  throw new LabError('host', `${what} failed on the host (exit ${code})${output && `: ${output}`}`)
}
