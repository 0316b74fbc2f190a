import { existsSync, readdirSync } from 'node:fs'
import type { Cause } from '../cause/cause.ts'

const home = new URL('.', import.meta.url)
const folders = readdirSync(home, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/cause.ts`, home)))
  .map(({ name }) => name)
  .sort()

/** Every cause that `diagnose` can name, without its injection. A diagnosis checks all of them on every host. */
export const causes: readonly Cause[] = (
  await Promise.all(folders.map(async (name) => Object.values((await import(`./${name}/cause.ts`)) as object)))
).flatMap((values) => values.filter((value): value is Cause => typeof value?.detect === 'function'))
