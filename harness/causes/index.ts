import type { Fault } from '../injection/fault.ts'
import lookalike from '../injection/look-alikes/index.ts'
import { causes } from './causes.ts'

export { causes } from './causes.ts'

// biome-ignore lint/suspicious/noExplicitAny: each fault checks its own parameters by its own schema.
type AnyFault = Fault<any>

const injected = await Promise.all(
  causes.map(async ({ id }) => [id, ((await import(`./${id}/index.ts`)) as { default: AnyFault }).default] as const),
)

/** Every fault that the lab can inject, by kind: the id of its cause, or `look-alike`. */
export const faults: Readonly<Record<string, AnyFault>> = Object.fromEntries([...injected, ['look-alike', lookalike]])

export const causeNames: readonly string[] = causes.map(({ id }) => id)
