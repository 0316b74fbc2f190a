import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Dockerode from 'dockerode'
import { LabError, messageOf } from '../../lib/errors.ts'
import { clean, shellQuote as quote } from '../../lib/text.ts'
import { mostErrors, mostOfFile, mostOutput, outputText } from '../guest/most-output.ts'
import type { ExecOptions, ExecResult } from '../host.ts'

// Runs a script with a deadline. Its output goes to files, so that a daemon that it starts does not hold open a stream of
// the engine. $1 seconds, $2 a name, $3 the script. Its last word is the exit code: without it, the wrapper was killed.
const wrapper = `out=/run/dockfault.$2.out err=/run/dockfault.$2.err
timeout -k 2 "$1" sh -c "$3" >$out 2>$err
code=$?
head -c ${mostOutput} $out
[ ! -s $err ] || head -c ${mostErrors} $err >&2
rm -f $out $err
printf '\\n%s' "$code" >&2
exit $code`

// The kernel limits one argument of a process to 128 KiB.
const longest = 100_000

type Input = string | Uint8Array

/** Runs commands and transfers files in a container, through the engine. */
export class Guest {
  private readonly container: Dockerode.Container
  private count = 0

  constructor(container: Dockerode.Container) {
    this.container = container
  }

  /** Runs a POSIX sh script as root; see Host.exec. */
  async exec(script: string, options: Pick<ExecOptions, 'deadlineMs'> & { input?: Input } = {}): Promise<ExecResult> {
    const started = performance.now()
    const deadlineMs = options.deadlineMs ?? 60_000
    const id = `${process.pid}-${++this.count}`
    if (Buffer.byteLength(script) > longest) {
      const file = `/run/dockfault.${id}.sh`
      await this.put(file, script, 0o600)
      return this.exec(`trap 'rm -f ${file}' EXIT\n. ${file}`, options)
    }
    const seconds = String(Math.max(0.1, deadlineMs / 1000))
    // `timeout` ends the command earlier; only a lost host gets to this limit.
    const patience = AbortSignal.timeout(deadlineMs + 10_000)
    const { code, stdout, stderr } = await this.run(['sh', '-c', wrapper, 'dockfault', seconds, id, script], {
      patience,
      ...(options.input !== undefined && { input: options.input }),
    })
    const durationMs = Math.round(performance.now() - started)
    const errors = stderr.toString('utf8')
    const end = `\n${code}`
    // Not the script's own failure.
    if (!errors.endsWith(end))
      throw new LabError('host', 'what ran a command on the host was killed', { facts: { command: script, code } })
    return {
      // `timeout` reports 137 if it had to kill.
      code: code === 137 && durationMs >= deadlineMs ? 124 : code,
      ...outputText(stdout, stderr.subarray(0, -end.length)),
      durationMs,
    }
  }

  /** Writes a file whole or not at all. */
  async put(path: string, content: Input, mode = 0o644): Promise<void> {
    const [file, part] = [quote(path), quote(`${path}.dockfault-part`)]
    const script = `mkdir -p -- "$(dirname -- ${file})" && umask 077 && cat >${part} &&
chmod ${mode.toString(8)} ${part} && mv -f ${part} ${file}`
    await this.runOrThrow(`writing ${path}`, ['sh', '-c', script], content)
  }

  get(path: string): Promise<Uint8Array> {
    return this.runOrThrow(`reading ${path}`, ['cat', '--', path])
  }

  private async runOrThrow(what: string, command: string[], input?: Input): Promise<Uint8Array> {
    const patience = AbortSignal.timeout(60_000)
    const { code, stdout, stderr } = await this.run(command, { patience, ...(input !== undefined && { input }) })
    if (code === 0) return new Uint8Array(stdout)
    throw new LabError('host', `${what} failed on the host (exit ${code}): ${clean(stderr.toString('utf8')).trim()}`)
  }

  private async run(command: string[], { input, patience }: { input?: Input; patience: AbortSignal }) {
    const exec = await this.container.exec({
      Cmd: command,
      AttachStdin: input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Env: ['HOME=/root', 'LC_ALL=C.UTF-8'],
    })
    // Only a hijacked connection can be closed for writing alone, which ends the command's input.
    const stream = await exec.start({ hijack: true, stdin: input !== undefined })
    // The wrapper bounds what a script prints, but the host may have another `head`.
    const tooMuch = (): void => void stream.destroy(new Error(`more than ${mostOfFile / 2 ** 20} MB`))
    const [stdout, stderr] = [collect(tooMuch), collect(tooMuch)]
    this.container.modem.demuxStream(stream, stdout.sink, stderr.sink)
    if (input !== undefined) stream.end(input)
    try {
      await finished(stream, { signal: patience, writable: false })
    } catch (error) {
      stream.destroy()
      const late = patience.aborted ? 'ran past its deadline and did not end' : `failed: ${messageOf(error)}`
      throw new LabError('host', `a command ${late}`, {
        facts: { command: command.at(-1) },
        cause: error,
      })
    }
    const { ExitCode, Running } = await exec.inspect()
    if (Running || ExitCode === null)
      throw new LabError('host', 'the host was lost during a command', { facts: { command: command.at(-1) } })
    return { code: ExitCode, stdout: stdout.bytes(), stderr: stderr.bytes() }
  }
}

function collect(tooMuch: () => void): { sink: PassThrough; bytes: () => Buffer } {
  const chunks: Buffer[] = []
  const sink = new PassThrough()
  let bytes = 0
  sink.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostOfFile) tooMuch()
    else chunks.push(chunk)
  })
  return { sink, bytes: () => Buffer.concat(chunks) }
}
