import { LabError } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'
import { type AxisName, axes, axisOf } from '../scenario/axes.ts'
import type { Cell } from '../scenario/cell.ts'
import { variedCell } from './varied-cell.ts'

/** What `--over` names: an axis, and perhaps the first and the last of its versions. */
export interface Over {
  axis: AxisName
  range?: [first: string, last: string]
}

/** Reads `AXIS` or `AXIS=FIRST..LAST`. Throws LabError `usage`. */
export function parseOver(text: string): Over {
  const [name = '', range] = text.split(/=(.*)/s)
  if (!Object.hasOwn(axes, name))
    throw new LabError('usage', `--over ${text}: not one of ${Object.keys(axes).join(', ')}`, {
      hint: 'such as --over iptables=1.8.7..1.8.13',
    })
  const axis = name as AxisName
  if (range === undefined) return { axis }
  const [first, last, more] = range.split('..')
  if (!first || !last || more !== undefined)
    throw new LabError('usage', `--over ${text}: ${range} is no range`, {
      hint: `write its first and its last version, such as --over ${name}=${example(axis)}`,
    })
  return { axis, range: [first, last] }
}

/** The versions from the first to the last, of all that are known, oldest first. Throws LabError `usage`. */
export function versionsIn({ axis, range }: Over, all: readonly string[]): string[] {
  if (!range) return [...all]
  const [first, last] = range
  for (const version of range)
    if (!all.includes(version)) {
      const near = nearest(version, all)
      throw new LabError('usage', `--over ${axis}=${first}..${last}: ${version} is not known`, {
        hint: `${near.length > 0 ? `did you mean ${near.join(', ')}? ` : ''}the versions are ${all.join(', ')}`,
      })
    }
  const [from, to] = [all.indexOf(first), all.indexOf(last)]
  if (from > to)
    throw new LabError('usage', `--over ${axis}=${first}..${last}: ${first} is newer than ${last}`, {
      hint: `the older version comes first: --over ${axis}=${last}..${first}`,
    })
  if (from === to)
    throw new LabError('usage', `--over ${axis}=${first}..${last}: one version alone has nothing to compare it with`)
  return all.slice(from, to + 1)
}

const example = (axis: AxisName): string => {
  const { versions } = axisOf(axis)
  return versions.length > 0 ? `${versions[0]}..${versions.at(-1)}` : '6.1.0-47-cloud-amd64..6.1.0-56-cloud-amd64'
}

/** Why an axis cannot be varied under a cell; undefined where it can. */
export function unvaried(axis: AxisName, { given, name }: Cell): string | undefined {
  if (axis === 'iptables' && given.xtables === 'legacy')
    return `${name} pins the legacy iptables, and only the nft one can be exchanged`
  return undefined
}

/**
 * The cell of one version. A fault that brings the program
 * itself, as a parameter of the axis' name, brings that version; else the host has it before the fault. Undefined where
 * the scenario does not run on the host of that version.
 */
export function bisectCell(cells: readonly Cell[], axis: AxisName, version: string): Cell | undefined {
  const { sets, needs, hosts } = axisOf(axis)
  const base = sets === 'host' ? cells.find(({ host }) => host === hosts[version]) : cells[0]
  if (!base) return undefined
  const { fault, and, given } = base
  const brings = (each: typeof fault): boolean => each !== undefined && axis in each.params
  const withVersion = (each: typeof fault): typeof fault =>
    each && brings(each) ? { ...each, params: { ...each.params, [axis]: version } } : each
  const isOwn = brings(fault) || brings(and)
  return variedCell(
    base,
    { [axis]: version },
    {
      ...(fault && { fault: withVersion(fault)! }),
      ...(and && { and: withVersion(and)! }),
      given: isOwn || sets === 'host' ? given : { ...given, [sets]: version },
      needs,
    },
  )
}
