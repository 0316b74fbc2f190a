import { LabError } from '../../lib/errors.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import type { Ssh } from './ssh.ts'

// Runs a script as root under a deadline and keeps its output in files: a daemon that the script leaves behind then
// holds no channel of ssh's. What it wrote to its error output comes framed, with the exit code after it: a frame that is
// missing tells a lost connection from a command that failed. $1 seconds, $2 a name, $3 the script, $4 patience.
const wrapper = `out=/run/dockfault.$2.out err=/run/dockfault.$2.err
export HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
[ -z "$4" ] || export PATIENCE="$4"
cd /root
timeout -k 2 "$1" sh -c "$3" >$out 2>$err
code=$?
head -c ${8 * 2 ** 20} $out
{ printf '\\002'; head -c ${2 ** 20} $err; printf '\\003%s\\n' $code; } >&2
rm -f $out $err`

// The whole command line is one argument of the login shell, which may hold 128 KiB.
const longest = 60_000

type GuestExecOptions = Pick<ExecOptions, 'deadlineMs'> & { input?: string | Uint8Array }

/** Commands and files on a host, over ssh and sudo. `slow` multiplies every deadline. */
export class Guest {
  private readonly ssh: Ssh
  private readonly slow: number
  private count = 0

  constructor(ssh: Ssh, slow: number) {
    this.ssh = ssh
    this.slow = slow
  }

  /** Runs a POSIX sh script as root; see Host.exec. */
  async exec(script: string, options: GuestExecOptions = {}): Promise<ExecResult> {
    const started = Date.now()
    const deadlineMs = (options.deadlineMs ?? 60_000) * this.slow
    const id = `${process.pid}-${++this.count}`
    if (Buffer.byteLength(quote(script)) > longest) {
      const file = `/run/dockfault.${id}.sh`
      await this.put(file, script, 0o600)
      return this.exec(`trap 'rm -f ${file}' EXIT\n. ${file}`, options)
    }
    const seconds = String(Math.max(0.1, deadlineMs / 1000))
    // How many seconds a probe waits for an answer, where its own word for it is too short.
    const patience = this.slow > 1 ? '12' : ''
    const words = ['sudo', '-n', 'sh', '-c', wrapper, 'dockfault', seconds, id, script, patience]
    const { stdout, stderr } = await this.ssh.run(
      words.map(quote).join(' '),
      options.input,
      deadlineMs + 30_000 * this.slow,
    )
    const durationMs = Date.now() - started
    const { text, code } = unframe(stderr.toString('utf8'))
    return {
      // `timeout` reports 137 when it had to kill.
      code: code === 137 && durationMs >= deadlineMs ? 124 : code,
      stdout: stdout.toString('utf8'),
      stderr: text,
      durationMs,
    }
  }

  /** Writes a file whole or not at all. */
  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const [file, part] = [quote(path), quote(`${path}.dockfault-part`)]
    const script = `mkdir -p -- "$(dirname -- ${file})" && umask 077 && cat >${part} &&
chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}`
    await this.must(`writing ${path}`, script, { input: content })
  }

  async get(path: string): Promise<Uint8Array> {
    const script = `cat -- ${quote(path)} && printf '\\002\\0030\\n' >&2`
    const { stdout, stderr } = await this.ssh.run(`sudo -n sh -c ${quote(script)}`, undefined, 60_000 * this.slow)
    const said = stderr.toString('utf8')
    if (said.includes('\x03')) return new Uint8Array(stdout)
    throw new LabError('host', `reading ${path} failed on the host: ${clean(said).trim() || 'the connection was lost'}`)
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

/** The error output and the exit code that the wrapper framed. Throws LabError `host` where there is no whole frame. */
export function unframe(said: string): { text: string; code: number } {
  const [begin, end] = [said.indexOf('\x02'), said.lastIndexOf('\x03')]
  const code = /^(\d+)\n/.exec(said.slice(end + 1))?.[1]
  if (begin === -1 || end < begin || code === undefined)
    throw new LabError('host', `the connection to the host was lost: ${clean(said).trim() || 'ssh said nothing'}`)
  return { text: said.slice(begin + 1, end), code: Number(code) }
}
