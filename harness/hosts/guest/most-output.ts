import { LabError } from '../../lib/errors.ts'

/** The bytes of a script's output, and of its error output, that a host hands over; see runner.pl. */
export const mostOutput = 8 * 2 ** 20
export const mostErrors = 2 ** 20

/** The bytes of a file that is read from a host. */
export const mostOfFile = 64 * 2 ** 20

/** Both outputs of a script as text. Where one was cut, the end of the error output states that. */
export function outputText(stdout: Uint8Array, stderr: Uint8Array): { stdout: string; stderr: string } {
  const cuts = [
    ...(stdout.length >= mostOutput ? [`the output was cut after ${mostOutput / 2 ** 20} MB`] : []),
    ...(stderr.length >= mostErrors ? [`the error output was cut after ${mostErrors / 2 ** 20} MB`] : []),
  ]
  const errors = Buffer.from(stderr).toString('utf8')
  const end = cuts.map((line) => `dockfault: ${line}\n`).join('')
  return {
    stdout: Buffer.from(stdout).toString('utf8'),
    stderr: end && errors && !errors.endsWith('\n') ? `${errors}\n${end}` : errors + end,
  }
}

/** Throws LabError `host` where more than `most` bytes came of what `what` names. */
export function refuseLarger(what: string, bytes: number, most: number): void {
  if (bytes > most) throw new LabError('host', `${what} failed: it is larger than ${most / 2 ** 20} MB`)
}
