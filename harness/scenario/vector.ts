import { z } from 'zod'
import { type Expected, expectable, type Registry } from './terms.ts'

/** The outcome of every probe. */
export type Vector = Record<string, Expected>
type Probes = Registry['probes']

/** The outcomes as a scenario writes them: by probe, by group and `default`. */
export type Written = Readonly<Partial<Record<string, string>>>

/** The schema of the outcomes in a scenario. Throws TypeError where a group has the name of a probe. */
export function vectorSchema(probes: Probes) {
  const groups = groupsOf(probes)
  const clash = Object.keys(groups).find((group) => group === 'default' || Object.hasOwn(probes, group))
  if (clash) throw new TypeError(`\`${clash}\` is the name of a probe and of a group of probes`)
  const outcome = z.enum(expectable).optional()
  const each = Object.entries(probes).map(([name, { healthy }]) => {
    const answer = healthy ? `On a healthy host: ${healthy}.` : 'Runs only where `healthy.probes` names it.'
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
        .describe(
          'Every probe that is named neither here nor by its group. The default, `healthy`: as on the healthy host.',
        ),
      ...Object.fromEntries(together),
      ...Object.fromEntries(each),
    })
    .prefault({})
    .describe(
      'The outcome of each probe. A probe overrides its group, and a group overrides `default`, no matter whether a file, ' +
        'a variant or a host writes them: `user: fail` in a variant leaves the `user-dns: pass` of its base.',
    )
}

/** What a scenario writes for a probe, by its name or by its group. */
export const writtenOf = (written: Written, name: string, probes: Probes): string | undefined =>
  written[name] ?? written[probes[name]?.group ?? name]

/** The outcome of every probe of the healthy host: as written, else by `default`, else as in `rest`. */
export function complete(written: Written, healthy: Vector, probes: Probes, rest: Partial<Vector> = {}): Vector {
  const other = (name: string) => {
    if (written.default === undefined) return rest[name] ?? healthy[name]
    return written.default === 'healthy' ? healthy[name] : written.default
  }
  return Object.fromEntries(
    Object.keys(healthy).map((name) => [name, (writtenOf(written, name, probes) ?? other(name)) as Expected]),
  )
}

/** The probes of each group. */
function groupsOf(probes: Probes): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const [name, { group }] of Object.entries(probes)) if (group) groups[group] = [...(groups[group] ?? []), name]
  return groups
}
