import type { ExecOptions, ExecResult, Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { invocation } from '../lib/invocation.ts'
import { shellQuote } from '../lib/text.ts'
import { runScript } from './run-script.ts'

/** A host under diagnosis. Scripts run on it as root, and nothing stays there. */
export type Target = Pick<Host, 'name' | 'exec'>

// The script arrives on standard input, because command lines are limited in length. The shell reads all of it before
// it runs, so that no program that it starts can read the rest. The script's own input follows, if there is any. A user
// without root goes through sudo without a password. Where root is only wanted, a refusal of sudo does not matter.
const runner = (
  bytes: number,
  hasInput: boolean,
  asRoot: Rights,
): string => `script=$(dd bs=1 count=${bytes} 2>/dev/null)
${hasInput ? '' : 'exec </dev/null'}
if [ "$(id -u)" = 0 ]${asRoot === 'wanted' ? ' || ! sudo -n true 2>/dev/null' : ''}; then exec sh -c "$script"; else exec sudo -n sh -c "$script"; fi`

/** Whether a script may run without root: not where root is `needed`, but where it is `wanted`. */
export type Rights = 'needed' | 'wanted'

/** This machine. */
export const thisMachine = (asRoot: Rights = 'needed'): Target =>
  target('this machine', 'sh', (run) => ['-c', run], asRoot)

/** A host by the user's own OpenSSH: `user@host`, or a name from ~/.ssh/config or the file `config`. */
export function bySsh(destination: string, config?: string): Target {
  if (destination.startsWith('-') || destination.trim() === '')
    throw new LabError('usage', `--ssh ${destination}: not a destination`, {
      hint: 'write user@host, or a name from ~/.ssh/config',
    })
  // The login shell there can be any. It gets one quoted word.
  const options = ['-T', '-o', 'ConnectTimeout=30', ...(config === undefined ? [] : ['-F', config])]
  return target(destination, 'ssh', (run) => [...options, '--', destination, `sh -c ${shellQuote(run)}`])
}

function target(name: string, program: string, argsOf: (run: string) => string[], asRoot: Rights = 'needed'): Target {
  return {
    name,
    async exec(script: string, { deadlineMs = 60_000, input }: ExecOptions = {}): Promise<ExecResult> {
      const started = performance.now()
      const args = argsOf(runner(Buffer.byteLength(script), input !== undefined, asRoot))
      const { code, stdout, stderr, timedOut } = await runScript(program, args, script + (input ?? ''), deadlineMs)
      if (timedOut) throw new LabError('host', `${name} did not answer within ${deadlineMs / 1000} s`)
      if (program === 'ssh' && code === 255)
        throw new LabError('host', `cannot connect to ${name} by ssh`, {
          facts: { ssh: stderr.trim() },
          hint: byHand(),
        })
      if (
        stdout === '' &&
        ((code === 1 && /^sudo: /m.test(stderr)) || (code === 127 && /sudo.*not found/.test(stderr)))
      )
        throw new LabError(
          'host',
          `this needs root on ${name}, and ${code === 1 ? 'sudo requires a password' : 'there is no sudo'}`,
          {
            facts: { sudo: stderr.trim() },
            hint: `run it as root${code === 1 ? ', or allow sudo without a password' : ''},\n${byHand()}`,
          },
        )
      return { code: code ?? 1, stdout, stderr, durationMs: Math.round(performance.now() - started) }
    },
  }
}

const byHand = (): string =>
  [
    'or copy collect.sh to the host and the bundle back:',
    `  here:  ${invocation('collect', '--script')} >collect.sh`,
    '  there: sudo sh collect.sh >host.bundle',
    `  here:  ${invocation('diagnose', '--bundle', 'host.bundle')}`,
  ].join('\n')
