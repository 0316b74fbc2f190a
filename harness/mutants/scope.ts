import { spawnSync } from 'node:child_process'
import { LabError } from '../lib/errors.ts'

/** A folder, and the patterns of Stryker's `mutate` for it. */
export interface Scope {
  folder: string
  mutate: string[]
}

const every = '/**/*.ts'

/** Whether a file is in a folder, or is the one file that stands for a folder on the command line. */
export const isIn = (folder: string, file: string): boolean => file === folder || file.startsWith(`${folder}/`)

/**
 * The part of the config's patterns that the command line chooses, a scope for each folder. Throws LabError `no-match`
 * for a folder that the config does not mutate.
 */
export function scopesOf(mutate: readonly string[], folders: readonly string[], changed?: readonly string[]): Scope[] {
  const except = mutate.filter((pattern) => pattern.startsWith('!'))
  const all = mutate.filter((pattern) => pattern.endsWith(every) && !pattern.startsWith('!'))
  const known = all.map((pattern) => pattern.slice(0, -every.length))
  for (const folder of folders)
    if (!known.some((each) => `${folder}/`.startsWith(`${each}/`)))
      throw new LabError('no-match', `${folder} is not mutated`, { hint: `folders: ${known.join(', ')}` })
  return (folders.length > 0 ? folders : known).flatMap((folder) => {
    const whole = folder.endsWith('.ts') ? folder : `${folder}${every}`
    const own = changed ? changed.filter((range) => isIn(folder, range.replace(/:.*/, ''))) : [whole]
    return own.length > 0 ? [{ folder, mutate: [...own, ...except] }] : []
  })
}

/** A scope with these ranges in place of its files. */
export const withRanges = ({ folder, mutate }: Scope, ranges: readonly string[]): Scope => ({
  folder,
  mutate: [...new Set(ranges), ...mutate.filter((pattern) => pattern.startsWith('!'))],
})

/** The ranges of lines that a diff without context adds or changes, as Stryker has them: `file.ts:3-8`. */
export function changedRanges(diff: string): string[] {
  let file = ''
  return diff.split('\n').flatMap((line) => {
    file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1] ?? file
    const [, from, count] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? []
    if (from === undefined || count === '0' || !file.endsWith('.ts')) return []
    return [`${file}:${from}-${Number(from) + Number(count ?? 1) - 1}`]
  })
}

/** The ranges of lines under harness/ that differ from a commit, new files included. Throws LabError. */
export function changedSince(revision: string, cwd: string): string[] {
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (status !== 0) throw new LabError('usage', `git ${args[0]} fails: ${stderr.trim()}`)
    return stdout
  }
  const added = git('ls-files', '--others', '--exclude-standard', 'harness').split('\n')
  return [
    ...changedRanges(git('diff', '--unified=0', '--no-color', '--no-ext-diff', revision, '--', 'harness')),
    ...added.filter((file) => file.endsWith('.ts')),
  ].filter((range) => !/\.(spec|spec-data|suite|contract)\.ts/.test(range))
}
