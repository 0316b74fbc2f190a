import { causes } from '../causes/causes.ts'
import { exit, LabError } from '../lib/errors.ts'
import { completionOf, shells } from './completion-script.ts'
import type { Declaration } from './declaration.ts'
import { declarations } from './declarations.ts'
import { parse } from './parse.ts'

/** `completion <bash|zsh|fish>`: prints the script with which that shell completes `dockfault`. */
export default async function completion(args: string[]): Promise<number> {
  const { positionals } = parse('completion', args)
  const shell = shells.find((each) => each === positionals[0])
  if (!shell || positionals.length !== 1)
    throw new LabError('usage', 'name one shell', { hint: `the shells are ${shells.join(', ')}` })
  console.log(toolCompletion(shell))
  return exit.passed
}

/** The completion script for the commands of the package. */
export function toolCompletion(shell: (typeof shells)[number]): string {
  const all: [string, Declaration][] = Object.entries(declarations)
  return completionOf(shell, new Map(all.filter(([, { tool }]) => tool)), {
    fix: causes.map(({ id }) => id),
    completion: shells,
  })
}
