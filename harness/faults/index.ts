import { readdirSync } from 'node:fs'
import type { Cause } from './cause.ts'
import type { Fault } from './fault.ts'

// biome-ignore lint/suspicious/noExplicitAny: each fault checks its own parameters by its own schema.
type AnyFault = Fault<any>

const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

const loaded: AnyFault[] = await Promise.all(
  folders.map(async (name) => ((await import(`./${name}/index.ts`)) as { default: AnyFault }).default),
)

/** Every fault the lab can reproduce, by kind: a folder each. */
export const faults: Readonly<Record<string, AnyFault>> = Object.fromEntries(loaded.map((fault) => [fault.kind, fault]))

/** Every cause that `diagnose` can name. All are asked on every host. */
export const causes: readonly Cause[] = loaded.flatMap(({ cause }) => cause ?? [])

export const causeNames: readonly string[] = causes.map(({ id }) => id)
