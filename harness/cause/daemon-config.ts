import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'

/** Why a dockerd that is down refused its settings, by its own last words. */
export interface ConfigError {
  /** `twice`: also set by a flag; `unknown`: no such setting; `syntax`: no JSON; `value`: a value that it refuses. */
  kind: 'twice' | 'unknown' | 'syntax' | 'value'
  file: string
  /** The settings that dockerd names. */
  keys: string[]
  /** What is wrong, in dockerd’s words. */
  detail: string
  line: string
}

const lastWords = /unable to configure the Docker daemon with file|failed to start daemon|has completed initialization/
// Journals hold what others wrote: only plain names get into commands.
const refusal = /unable to configure the Docker daemon with file ([\w./-]+): (.+?)"?$/

/** The error by which the last start of dockerd refused its settings. */
export const configErrorOf = oncePer(({ docker, units }: Facts): ConfigError | undefined => {
  if (docker.server !== '' || units['docker.service']?.active === 'active') return undefined
  const line = docker.journal.findLast((each) => lastWords.test(each)) ?? ''
  const [, file, detail] = line.match(refusal) ?? []
  return file && detail ? { ...kindOf(detail), file, detail, line } : undefined
})

function kindOf(detail: string): Pick<ConfigError, 'kind' | 'keys'> {
  const [, both] = detail.match(/specified both as a flag and in the configuration file: (.*)$/) ?? []
  if (both) return { kind: 'twice', keys: [...both.matchAll(/(?:^|, )([\w-]+): \(from flag/g)].map(([, key]) => key!) }
  const [, unknown] = detail.match(/don't match any configuration option: ([\w, -]+)$/) ?? []
  if (unknown) return { kind: 'unknown', keys: unknown.split(', ').sort() }
  // Since Docker 28 the prefix stands before errors of any kind.
  const isSyntax = /^(invalid JSON: )?(invalid character|unexpected end of JSON|unexpected EOF|EOF|invalid UTF-8)/.test(
    detail,
  )
  return { kind: isSyntax ? 'syntax' : 'value', keys: [] }
}
