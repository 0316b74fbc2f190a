import { LabError } from '../lib/errors.ts'

/** The error for a text that is no bundle: LabError `usage`, with the line and how to make a bundle. */
export const notABundle = (line: number, what: string): LabError =>
  new LabError('usage', `not a dockfault bundle, line ${line}: ${what}`, {
    hint: 'to make one, on the host: sudo sh collect.sh >host.bundle',
    facts: { line },
  })
