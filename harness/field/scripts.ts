import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'

/** The host after its script has run: `sick` if something that should work is dead. */
export type Wanted = 'sick' | 'well'

/** A script that turns a healthy host into one from the field. */
export interface FieldScript {
  /** The file's name without `.sh`. */
  name: string
  wanted: Wanted
  text: string
}

const folders: readonly Wanted[] = ['sick', 'well']

/**
 * The scripts `sick/*.sh` and `well/*.sh` of a folder, by name; with `only`, those with these names. Throws LabError
 * `usage` if there is no such folder or script, or if two scripts have the same name.
 */
export function readScripts(dir: string, only: readonly string[] = []): FieldScript[] {
  if (!existsSync(dir)) throw new LabError('usage', `${dir}: no such folder`)
  const scripts = folders.flatMap((wanted) => {
    const folder = join(dir, wanted)
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.sh')) : []
    return files.sort().map((file) => ({
      name: file.slice(0, -'.sh'.length),
      wanted,
      text: readFileSync(join(folder, file), 'utf8'),
    }))
  })
  if (scripts.length === 0)
    throw new LabError('usage', `${dir} has no scripts`, { hint: 'put them into sick/*.sh and well/*.sh' })
  const names = scripts.map(({ name }) => name)
  // The name alone identifies bundles and lines.
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) throw new LabError('usage', `${dir} has two scripts called ${twice}`)
  for (const name of only)
    if (!names.includes(name))
      throw new LabError('usage', `--only ${name}: no such script`, {
        hint: `similar names: ${nearest(name, names).join(', ')}`,
      })
  return only.length > 0 ? scripts.filter(({ name }) => only.includes(name)) : scripts
}
