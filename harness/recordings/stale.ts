import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The first line of a recorded bundle; empty where there is none. */
const headOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').split('\n', 1)[0]! : '')

/** Whether the bundle of a recording is missing, or was made by another version of the collector than this one. */
export const isStale = ({ path }: { path: string }, dir: string, version: string): boolean =>
  headOf(join(dir, `${path}.bundle`)) !== `dockfault-evidence 2 ${version}`
