import { execa } from 'execa'
import type { ExecOptions, ExecResult, Host } from '../hosts/host.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'

/** A host that somebody else made and that is to be looked at: scripts are run on it as root, and nothing is kept there. */
export type Target = Pick<Host, 'name' | 'exec'>

// The script comes by standard input, for a command line has its limits, and is read whole before it runs: what it
// starts must not read the rest of it. Its own input, where it has one, follows. Without root it asks sudo, which must
// not ask in turn.
const runner = (bytes: number, hasInput: boolean): string => `script=$(dd bs=1 count=${bytes} 2>/dev/null)
${hasInput ? '' : 'exec </dev/null'}
if [ "$(id -u)" = 0 ]; then exec sh -c "$script"; else exec sudo -n sh -c "$script"; fi`

/** This machine. */
export const thisMachine = (): Target => target('this machine', 'sh', (run) => ['-c', run])

/** A host by the user's own OpenSSH: `user@host`, or a name from ~/.ssh/config or from another configuration file. */
export function bySsh(destination: string, config?: string): Target {
  if (destination.startsWith('-') || destination.trim() === '')
    throw new LabError('usage', `--ssh ${destination}: not a destination`, { hint: 'write user@host, as for ssh' })
  // One word for the login shell there, whichever that is.
  const options = ['-T', '-o', 'ConnectTimeout=30', ...(config === undefined ? [] : ['-F', config])]
  return target(destination, 'ssh', (run) => [...options, '--', destination, `sh -c ${shellQuote(run)}`])
}

function target(name: string, program: string, argsOf: (run: string) => string[]): Target {
  return {
    name,
    async exec(script: string, { deadlineMs = 60_000, input }: ExecOptions = {}): Promise<ExecResult> {
      const started = performance.now()
      const args = argsOf(runner(Buffer.byteLength(script), input !== undefined))
      const { exitCode, stdout, stderr, timedOut, code } = await run(program, args, script + (input ?? ''), deadlineMs)
      if (code === 'ENOENT') throw new LabError('missing', `${program} is not installed`)
      if (timedOut) throw new LabError('host', `${name} did not answer within ${deadlineMs / 1000} s`)
      if (program === 'ssh' && exitCode === 255)
        throw new LabError('host', `${name} cannot be reached by ssh`, { facts: { ssh: stderr.trim() }, hint: byHand })
      if (exitCode === 1 && /^sudo: /m.test(stderr) && stdout === '')
        throw new LabError('host', `root is needed on ${name}, and sudo wants a password`, {
          facts: { sudo: stderr.trim() },
          hint: `run it as root, or let sudo do without a password there; else ${byHand}`,
        })
      return { code: exitCode ?? 1, stdout, stderr, durationMs: Math.round(performance.now() - started) }
    },
  }
}

const byHand =
  'copy harness/evidence/collect.sh there, run `sudo sh collect.sh >host.bundle`, and: npm run diagnose -- --bundle host.bundle'

async function run(program: string, args: readonly string[], input: string, deadlineMs: number) {
  // A group of its own: what the script has started would keep its output open past the deadline.
  const child = execa(program, args, {
    input,
    detached: true,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 64 * 2 ** 20,
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }, deadlineMs)
  const interrupted = (): void => void (child.pid && process.kill(-child.pid, 'SIGTERM'))
  process.once('SIGINT', interrupted)
  try {
    const { exitCode, stdout, stderr, code } = await child
    return { exitCode, stdout, stderr, code, timedOut }
  } catch (error) {
    throw new LabError('host', messageOf(error))
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', interrupted)
  }
}
