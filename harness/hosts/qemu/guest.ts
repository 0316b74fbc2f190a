import { LabError } from '../../lib/errors.ts'
import { sleep } from '../../lib/retry.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import type { Agent } from './agent.ts'

// Runs a script under a deadline and keeps its output in files: a daemon that the script leaves behind then holds no
// pipe of the agent's, and a command that is killed has still said what it said. $1 seconds, $2 a name, $3 the script.
const wrapper = `out=/run/dockfault.$2.out err=/run/dockfault.$2.err
export HOME=/root LC_ALL=C.UTF-8
timeout -k 5 "$1" sh -c "$3" >$out 2>$err
code=$?
head -c ${8 * 2 ** 20} $out
[ ! -s $err ] || head -c ${2 ** 20} $err >&2
rm -f $out $err
exit $code`

// One argument of a process may hold 128 KiB.
const longest = 100_000
// A message of the agent costs the guest about 34 bytes of work per byte sent; pieces keep others from waiting long.
const piece = 128 * 1024

type GuestExecOptions = Pick<ExecOptions, 'deadlineMs'> & { input?: string | Uint8Array }

interface Status {
  exited: boolean
  exitcode?: number
  signal?: number
  'out-data'?: string
  'err-data'?: string
}

/** Commands and files on a guest, through its agent. `slow` multiplies every deadline. */
export class Guest {
  private readonly agent: Agent
  private readonly slow: number
  private count = 0

  constructor(agent: Agent, slow: number) {
    this.agent = agent
    this.slow = slow
  }

  /** Runs a POSIX sh script as root; see Host.exec. */
  async exec(script: string, options: GuestExecOptions = {}): Promise<ExecResult> {
    const started = Date.now()
    const deadlineMs = (options.deadlineMs ?? 60_000) * this.slow
    const id = `${process.pid}-${++this.count}`
    if (Buffer.byteLength(script) > longest) {
      const file = `/run/dockfault.${id}.sh`
      await this.put(file, script, 0o600)
      return this.exec(`trap 'rm -f ${file}' EXIT\n. ${file}`, options)
    }
    const seconds = String(Math.max(0.1, deadlineMs / 1000))
    const { pid } = await this.call<{ pid: number }>('guest-exec', {
      path: '/bin/sh',
      arg: ['-c', wrapper, 'dockfault', seconds, id, script],
      'capture-output': true,
      ...(options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') }),
    })
    // What is left of the deadline after `timeout` has done its work: only a lost guest gets here.
    const end = started + deadlineMs + 10_000 * this.slow
    for (let pause = 15; ; pause = Math.min(400, pause * 1.4)) {
      await sleep(pause)
      const status = await this.call<Status>('guest-exec-status', { pid })
      if (status.exited) {
        const durationMs = Date.now() - started
        const code = status.signal === undefined ? (status.exitcode ?? 0) : 128 + status.signal
        return {
          // `timeout` reports 137 when it had to kill.
          code: code === 137 && durationMs >= deadlineMs ? 124 : code,
          stdout: Buffer.from(status['out-data'] ?? '', 'base64').toString('utf8'),
          stderr: Buffer.from(status['err-data'] ?? '', 'base64').toString('utf8'),
          durationMs,
        }
      }
      if (Date.now() > end)
        throw new LabError('host', `the guest did not end a command that was past its deadline`, { facts: { script } })
    }
  }

  /** Like exec, but a command that fails rejects: for the lab's own work. */
  async must(what: string, script: string, options?: GuestExecOptions): Promise<string> {
    const { code, stdout, stderr } = await this.exec(script, options)
    if (code === 0) return stdout
    throw new LabError('host', `${what} failed on the host (exit ${code}): ${clean(stderr || stdout).trim()}`)
  }

  /** Starts a command whose end cannot be seen, because the guest goes down with it. */
  async start(...command: [string, ...string[]]): Promise<void> {
    await this.call('guest-exec', { path: command[0], arg: command.slice(1) })
  }

  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const bytes = Buffer.from(content)
    const file = quote(path)
    const part = quote(`${path}.dockfault-part`)
    for (let at = 0; at === 0 || at < bytes.length; at += piece) {
      const input = bytes.subarray(at, at + piece)
      const first = at === 0 ? `mkdir -p -- "$(dirname -- ${file})" && umask 077 && : >${part} && ` : ''
      const last = at + piece >= bytes.length ? ` && chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}` : ''
      await this.must(`writing ${path}`, `${first}cat >>${part}${last}`, { input })
    }
  }

  async get(path: string): Promise<Uint8Array> {
    const handle = await this.call<number>('guest-file-open', { path, mode: 'r' })
    const parts: Buffer[] = []
    try {
      for (;;) {
        const read = await this.call<{ 'buf-b64': string; eof: boolean }>('guest-file-read', {
          handle,
          count: 4 * piece,
        })
        parts.push(Buffer.from(read['buf-b64'], 'base64'))
        if (read.eof) return new Uint8Array(Buffer.concat(parts))
      }
    } finally {
      await this.call('guest-file-close', { handle }).catch(() => undefined)
    }
  }

  /** The id of the guest's current boot. */
  async bootId(): Promise<string> {
    return Buffer.from(await this.get('/proc/sys/kernel/random/boot_id'))
      .toString('utf8')
      .trim()
  }

  private call<T>(command: string, args: Record<string, unknown>): Promise<T> {
    return this.agent.call<T>(command, args, 30_000 * this.slow)
  }
}
