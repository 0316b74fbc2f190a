import type { Declaration } from '../commands/declaration.ts'
import { declarations } from '../commands/declarations.ts'
import { LabError } from '../lib/errors.ts'
import { scriptOf } from '../lib/invocation.ts'

const all: Readonly<Record<string, Declaration>> = declarations

/** The error for a command that only a clone has, because it needs the lab; undefined for any other word. */
export function cloneOnly(name: string): LabError | undefined {
  const command = name === scriptOf('run') ? 'run' : name
  if (!Object.hasOwn(all, command) || all[command]!.tool) return undefined
  return new LabError(
    'usage',
    `${name} needs the lab, which is not in this package: in a clone of the dockfault repository run npm ci && npm run ${scriptOf(command)}`,
  )
}
