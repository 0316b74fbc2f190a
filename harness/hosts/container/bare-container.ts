import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Dockerode from 'dockerode'
import { LabError, messageOf } from '../../lib/errors.ts'
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

/**
 * Runs scripts in a container, by a call of the engine for each. It needs no more than sh there: bases of public images have
 * no perl, which the runner is written in.
 */
export class BareContainer {
  private readonly container: Dockerode.Container
  private count = 0

  constructor(container: Dockerode.Container) {
    this.container = container
  }

  /** Runs a POSIX sh script of at most 100 kB as root; see Host.exec. */
  async exec(script: string, options: Pick<ExecOptions, 'deadlineMs'> = {}): Promise<ExecResult> {
    const started = performance.now()
    const deadlineMs = options.deadlineMs ?? 60_000
    const id = `${process.pid}-${++this.count}`
    const seconds = String(Math.max(0.1, deadlineMs / 1000))
    // `timeout` ends the command earlier; only a lost host gets to this limit.
    const patience = AbortSignal.timeout(deadlineMs + 10_000)
    const { code, stdout, stderr } = await this.run(['sh', '-c', wrapper, 'dockfault', seconds, id, script], patience)
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

  private async run(command: string[], patience: AbortSignal) {
    const exec = await this.container.exec({
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      Env: ['HOME=/root', 'LC_ALL=C.UTF-8'],
    })
    const stream = await exec.start({ hijack: true, stdin: false })
    // The wrapper bounds what a script prints, but the host may have another `head`.
    const tooMuch = (): void => void stream.destroy(new Error(`more than ${mostOfFile / 2 ** 20} MB`))
    const [stdout, stderr] = [collect(tooMuch), collect(tooMuch)]
    this.container.modem.demuxStream(stream, stdout.sink, stderr.sink)
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
