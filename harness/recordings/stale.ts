import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The first line of a recorded bundle; empty where there is no bundle. */
const headOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').split('\n', 1)[0]! : '')

/** Whether the bundle of a recording is missing or comes from another version of the collector. */
export const isStale = ({ path }: { path: string }, dir: string, version: string): boolean =>
  headOf(join(dir, `${path}.bundle`)) !== `dockfault-evidence 2 ${version}`
