import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'

const change = z.strictObject({
  /** From the project's root. */
  file: z.string(),
  /** A text that the file holds exactly once, and what replaces it. */
  from: z.string().min(1),
  to: z.string(),
})
const sabotage = z.strictObject({
  what: z.string(),
  changes: z.array(change).min(1),
  /** The cell to run; for `matrix` several, separated by spaces. */
  cell: z.string(),
  /** `run` runs one cell, `matrix` several; `machine` also compares the machine before and after. */
  as: z.enum(['run', 'matrix', 'machine']).default('run'),
  provider: z.enum(['container', 'qemu']).default('container'),
  /** The last stage to run, where it is not the one that goes red. */
  until: z.string().optional(),
  /** Whether the run has an engine that is there before and after it, or starts one of its own. */
  engine: z.enum(['shared', 'own']).default('shared'),
  /** The stage that goes red; `run`: the run as a whole; `machine`: the machine is not as it was. */
  caught: z.string(),
  /** A text that the complaint has to hold, so that it is caught for the right reason. */
  by: z.string().min(3),
  /** Shell that removes what the sabotage leaves on this machine. */
  undo: z.string().optional(),
})

export type Change = z.infer<typeof change>
/** One way to make the lab lie, and where that has to show. */
export type Sabotage = z.infer<typeof sabotage>

/** Every sabotage of sabotages.yaml. Throws where the file has another shape, or one name twice. */
export function readSabotages(): Sabotage[] {
  const all = z.array(sabotage).parse(parse(readFileSync(new URL('sabotages.yaml', import.meta.url), 'utf8')))
  const twice = all.find(({ what }, index) => all.findIndex((other) => other.what === what) !== index)
  if (twice) throw new LabError('usage', `sabotages.yaml has “${twice.what}” twice`)
  return all
}

/** A hash of a sabotage: what was measured of another one does not count for it. */
export const hashOf = (of: Sabotage): string =>
  createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12)

/** A file's text after a change. Throws LabError `usage` where it does not hold the replaced text exactly once. */
export function changed(text: string, { file, from, to }: Change): string {
  const times = text.split(from).length - 1
  if (times !== 1)
    throw new LabError('usage', `${file} holds the text of a sabotage ${times} times, not once: ${from}`, {
      hint: 'harness/sabotage/sabotages.yaml has to follow the code',
    })
  return text.replace(from, () => to)
}
