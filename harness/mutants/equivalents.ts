import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Mutant } from './table.ts'

const schema = z.array(
  z.strictObject({
    file: z.string(),
    /** The line on which the mutant begins, without its indentation. */
    line: z.string(),
    /** What Stryker puts there. */
    to: z.string(),
    /** Why no spec can notice it. */
    because: z.string().min(20),
  }),
)

/** A change that alters nothing anybody can observe. */
export type Equivalent = z.infer<typeof schema>[number]

/** The mutants that are known to be equivalent, from equivalents.yaml. Throws where the file has another shape. */
export const readEquivalents = (text: string): Equivalent[] => schema.parse(parse(text))

/** The text of equivalents.yaml. */
export const equivalentsText = (): string => readFileSync(new URL('equivalents.yaml', import.meta.url), 'utf8')

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Whether an entry means this mutant. */
export const isMeant = (entry: Equivalent, mutant: Mutant): boolean =>
  entry.file === mutant.file && squeeze(entry.line) === squeeze(mutant.line) && squeeze(entry.to) === squeeze(mutant.to)
