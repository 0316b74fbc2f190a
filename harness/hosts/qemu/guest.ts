import { LabError } from '../../lib/errors.ts'
import { sleep } from '../../lib/retry.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import type { ExecOptions, ExecResult } from '../host.ts'
import type { Agent } from './agent.ts'
import { present, program } from './present.ts'

// Keeps a script's output in files: a daemon that it leaves behind then holds no pipe of the agent's, and a command
// that is killed has still said what it said. $1 is a name, $2 the script. It is run by busybox, whose applets need no
// program of their own to be started: on an emulated processor each start is felt.
const show = `head -c ${8 * 2 ** 20} $out
[ ! -s $err ] || head -c ${2 ** 20} $err >&2
rm -f $out $err`
const files = 'out=/run/dockfault.$1.out err=/run/dockfault.$1.err'
// PATIENCE is how many seconds a probe waits for an answer, where its own word for it is too short.
const wrapper = (slow: number): string => `${files}
export HOME=/root LC_ALL=C.UTF-8${slow > 1 ? ' PATIENCE=12' : ''}
/bin/sh -c "$2" >$out 2>$err
code=$?
${show}
exit $code`

// Ends a session of the above, $2, and gives what it had said.
const ender = `${files}
kill -TERM -$2
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 -$2 || break; sleep 0.2; done 2>/dev/null
kill -KILL -$2 2>/dev/null
${show}`

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
    const input = options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') }
    // A session of its own, so that a deadline ends all that the script started.
    const command = ['setsid', '/bin/busybox', 'sh', '-c', wrapper(this.slow), 'dockfault', id, script]
    const pid = await this.begin('/bin/busybox', command, input)
    const finished = await this.poll(pid, started + deadlineMs)
    const result = (status: Status, code: number): ExecResult => ({
      code,
      stdout: Buffer.from(status['out-data'] ?? '', 'base64').toString('utf8'),
      stderr: Buffer.from(status['err-data'] ?? '', 'base64').toString('utf8'),
      durationMs: Date.now() - started,
    })
    if (finished) return result(finished, codeOf(finished))
    const killer = await this.begin('/bin/busybox', ['sh', '-c', ender, 'dockfault', id, String(pid)], {})
    const killed = await this.poll(killer, Date.now() + 20_000 * this.slow)
    const last = await this.poll(pid, Date.now() + 1000 * this.slow)
    if (!killed || !last) throw new LabError('host', 'a command could not be ended on the host', { facts: { script } })
    // It may have come to its end between the deadline and the blow.
    return last.signal === undefined ? result(last, codeOf(last)) : result(killed, 124)
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

  /** Brings the guest to the present by a process of its own. No shell, as each process is felt on an emulated processor. */
  async refresh(): Promise<void> {
    const input = { 'input-data': Buffer.from(present()).toString('base64') }
    const pid = await this.begin('/usr/bin/perl', ['-e', program], input)
    const status = await this.poll(pid, Date.now() + 30_000 * this.slow)
    const said = Buffer.from(status?.['out-data'] ?? '', 'base64').toString('utf8')
    if (said !== 'ok\n')
      throw new LabError('host', `the clock of the guest was not set: ${clean(said).trim() || 'no answer'}`)
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

  private async begin(path: string, arg: string[], more: Record<string, unknown>): Promise<number> {
    const { pid } = await this.call<{ pid: number }>('guest-exec', { path, arg, 'capture-output': true, ...more })
    return pid
  }

  /** Waits for the end of a command; undefined when it does not come in time. Quick at first, then patient. */
  private async poll(pid: number, until: number): Promise<Status | undefined> {
    for (let pause = 10; ; pause = Math.min(400, pause * 1.15)) {
      await sleep(Math.max(1, Math.min(pause, until - Date.now())))
      const status = await this.call<Status>('guest-exec-status', { pid })
      if (status.exited) return status
      if (Date.now() >= until) return undefined
    }
  }

  private call<T>(command: string, args: Record<string, unknown>): Promise<T> {
    return this.agent.call<T>(command, args, 30_000 * this.slow)
  }
}

const codeOf = ({ exitcode, signal }: Status): number => (signal === undefined ? (exitcode ?? 0) : 128 + signal)
