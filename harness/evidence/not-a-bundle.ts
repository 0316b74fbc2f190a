import { LabError } from '../lib/errors.ts'

/** The error of a text that is no bundle: LabError `usage`, with the line and how to make one. */
export const notABundle = (line: number, what: string): LabError =>
  new LabError('usage', `not a dockfault bundle, line ${line}: ${what}`, {
    hint: 'make it with: sh collect.sh >host.bundle',
    facts: { line },
  })
