import { z } from 'zod'
import { type Expected, expectable, type Vocabulary } from './vocabulary.ts'

/** The outcome of every probe. */
export type Vector = Record<string, Expected>
type Probes = Vocabulary['probes']

/** What a scenario writes of its probes, by probe, group and `default`. */
export type Written = Readonly<Partial<Record<string, string>>>

/** The schema of what a scenario writes of its probes. TypeError where a group is called as a probe is. */
export function vectorSchema(probes: Probes) {
  const groups = groupsOf(probes)
  const clash = Object.keys(groups).find((group) => group === 'default' || Object.hasOwn(probes, group))
  if (clash) throw new TypeError(`\`${clash}\` is the name of a probe and of a group of probes`)
  const outcome = z.enum(expectable).optional()
  const each = Object.entries(probes).map(([name, { healthy }]) => {
    const answer = healthy ? `On a healthy host: ${healthy}.` : 'Asked only where `healthy.probes` names it.'
    return [name, outcome.describe(answer)] as const
  })
  const together = Object.entries(groups).map(
    ([group, members]) => [group, outcome.describe(`Each of ${members.join(', ')}.`)] as const,
  )
  return z
    .strictObject({
      default: z
        .enum([...expectable, 'healthy'])
        .optional()
        .describe('Every probe not named here, nor its group; `healthy`, unless given: as on the healthy host.'),
      ...Object.fromEntries(together),
      ...Object.fromEntries(each),
    })
    .prefault({})
    .describe(
      'The outcome of each probe. A probe goes before its group, and a group before `default`, whichever of a file, a ' +
        'variant and a host they stand in: `user: fail` in a variant leaves the `user-dns: pass` of its base.',
    )
}

/** What is written of a probe, by itself or as one of its group. */
export const writtenOf = (written: Written, name: string, probes: Probes): string | undefined =>
  written[name] ?? written[probes[name]?.group ?? name]

/** A vector with every probe of the healthy host in it: as written, else by `default`, else as in `rest`. */
export function complete(written: Written, healthy: Vector, probes: Probes, rest: Partial<Vector> = {}): Vector {
  const other = (name: string) => {
    if (written.default === undefined) return rest[name] ?? healthy[name]
    return written.default === 'healthy' ? healthy[name] : written.default
  }
  return Object.fromEntries(
    Object.keys(healthy).map((name) => [name, (writtenOf(written, name, probes) ?? other(name)) as Expected]),
  )
}

/** The probes of each group, in the order of both. */
function groupsOf(probes: Probes): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const [name, { group }] of Object.entries(probes)) if (group) groups[group] = [...(groups[group] ?? []), name]
  return groups
}
