import { changesIn, gapsIn, type Observed, type Seen } from '../lib/bisect.ts'
import { groupBy } from '../lib/group.ts'
import { type AxisName, axes, axisOf } from '../scenario/axes.ts'
import { type CellRecord, interrupted, type RunRecord } from './record.ts'
import { observedAt } from './sweep.ts'

/** Where a change shows: on the healthy host, after the injection, with the fault, or in a test of the program alone. */
export type ChangeStage = 'healthy' | 'latent' | 'broken' | 'test'

/** Something that is otherwise after a version than before it. */
export interface VersionChange {
  stage: ChangeStage
  /** A probe, a question of the test, or `named`: the causes that the diagnosis names. */
  what: string
  was: string
  is: string
}

/** Two neighbours between which something changes. */
export interface VersionPair {
  before: string
  after: string
  /** Versions between them that could not be observed. */
  between: string[]
  changes: VersionChange[]
  /** What a host of each showed: the lines of its probes and of its diagnosis. */
  evidence: { version: string; lines: string[] }[]
  /** What else differs between both hosts, besides the versions compared. */
  otherwise: { what: string; before: string; after: string }[]
}

/** What a bisection has found. */
export interface BisectResult {
  scenario: string
  axis: string
  hosts: string[]
  versions: string[]
  /** What ran in a whole cell, and what only a test without a host answered. */
  observed: string[]
  tested: string[]
  /** `isThere`: the version could be had, but its host could not be made or observed. */
  skipped: { version: string; reason: string; isThere: boolean }[]
  notes: Record<string, string>
  pairs: VersionPair[]
  /** Ranges inside which no version was observed; their ends agree, unless the search was cut short. */
  gaps: { from: string; to: string; between: string[]; agree: boolean }[]
  durationMs: number
}

/** What whole cells have shown of each version, by its index. */
export function seenIn({ versions, axis, skipped = {} }: Plan, cells: readonly CellRecord[]): Map<number, Observed> {
  const seen = new Map<number, Observed>()
  for (const [index, version] of versions.entries()) {
    const cell = cells.find(({ varied, reason }) => varied?.[axis] === version && reason !== interrupted)
    if (cell) seen.set(index, vectorOf(cell))
    else if (version in skipped) seen.set(index, {})
  }
  return seen
}

/** What the tests without a host have shown of each version. */
export const testedIn = ({ versions, tests = {} }: Plan): Seen =>
  new Map(versions.map((version, index) => [index, tests[version] ?? {}]))

type Plan = NonNullable<RunRecord['bisect']>

/** The value of each symptom that a cell shows, as `broken user-dns`; nothing, where the lab itself broke. */
function vectorOf(cell: CellRecord): Observed {
  const last = cell.stages.some(({ name }) => name === 'inject') ? 'broken' : 'healthy'
  if (!observedAt(cell, last)) return {}
  const probes = cell.probes.filter(({ observed }) => observed !== 'error')
  return Object.fromEntries([
    ...probes.map(({ stage, name, observed }) => [`${stage} ${name}`, observed]),
    ...cell.diagnoses.map(({ stage, named }) => [`${stage} named`, named.toSorted().join(' + ') || 'nothing']),
  ])
}

/** The result of a bisection; undefined for the record of another run. */
export function bisectResult({ bisect, cells, durationMs }: RunRecord): BisectResult | undefined {
  if (!bisect) return undefined
  const { scenario, axis, versions, skipped = {}, notes = {}, tests = {} } = bisect
  const ended = cells.filter(({ varied, reason }) => varied?.[axis] !== undefined && reason !== interrupted)
  const own = new Map(ended.map((cell) => [cell.varied![axis]!, cell]))
  const seen = seenIn(bisect, cells)
  const ran = versions.filter((_, index) => Object.keys(seen.get(index) ?? {}).length > 0)
  const broken = versions.filter((version) => own.has(version) && !ran.includes(version))
  return {
    scenario,
    axis,
    hosts: [...new Set(versions.flatMap((version) => own.get(version)?.host ?? []))],
    versions: [...versions],
    observed: ran,
    tested: versions.filter((version) => version in tests),
    skipped: [
      ...versions
        .filter((version) => version in skipped)
        .map((version) => ({ version, reason: skipped[version]!, isThere: false })),
      ...broken.map((version) => {
        const { reason = 'the lab could not observe its host' } = own.get(version)!
        return { version, reason, isThere: true }
      }),
    ],
    notes,
    pairs: pairsOf(bisect, seen).map((pair) => ({
      ...pair,
      evidence: [pair.before, pair.after].flatMap((version) => {
        const cell = own.get(version)
        return cell ? [{ version, lines: evidenceOf(cell, pair.changes) }] : []
      }),
      otherwise: otherwiseIn(axis, own.get(pair.before), own.get(pair.after)),
    })),
    gaps: gapsIn(seen).map(({ from, to, agree }) => ({
      from: versions[from]!,
      to: versions[to]!,
      between: versions.slice(from + 1, to).filter((_, index) => !seen.has(from + 1 + index)),
      agree,
    })),
    durationMs,
  }
}

function pairsOf(plan: Plan, seen: Seen): Omit<VersionPair, 'evidence' | 'otherwise'>[] {
  const { versions } = plan
  const all = [
    ...changesIn(seen),
    ...changesIn(testedIn(plan)).map((change) => ({ ...change, symptom: `test ${change.symptom}` })),
  ].map((change) => {
    const [stage = '', what = ''] = change.symptom.split(/ (.*)/s)
    return { ...change, stage: stage as ChangeStage, what }
  })
  // What changes on the healthy host in the same way is no effect of the fault.
  const isOwn = ({ stage, what, was, is, before, after }: (typeof all)[number]): boolean =>
    !['latent', 'broken'].includes(stage) ||
    !all.some(
      (other) =>
        other.stage === 'healthy' &&
        other.what === what &&
        other.was === was &&
        other.is === is &&
        other.before === before &&
        other.after === after,
    )
  return groupBy(all.filter(isOwn), ({ before, after }) => `${before} ${after}`)
    .sort((a, b) => a[0]!.before - b[0]!.before)
    .map((group) => {
      const { before, after } = group[0]!
      return {
        before: versions[before]!,
        after: versions[after]!,
        between: versions.slice(before + 1, after),
        changes: group.map(({ stage, what, was, is }) => ({ stage, what, was, is })),
      }
    })
}

const mostLines = 3

/** The lines of a cell about what changes: of the probes that fail, then of the diagnosis. */
function evidenceOf({ probes, diagnoses }: CellRecord, changes: readonly VersionChange[]): string[] {
  const ofProbes = changes.flatMap(({ stage, what }) => {
    const probe = probes.find((each) => each.stage === stage && each.name === what)
    return probe ? [`${what} ${probe.observed}${probe.detail && `: ${probe.detail.split('\n')[0]}`}`] : []
  })
  // The last stage at which the names differ shows most.
  const at = changes.findLast(({ what }) => what === 'named')?.stage
  const named = diagnoses.find(({ stage }) => stage === at)?.detail ?? []
  const ofDiagnosis = named.flatMap(({ cause, evidence }) =>
    evidence.map(({ from, line }) => `${cause}, by ${from}: ${line}`),
  )
  return [...ofProbes.slice(0, mostLines), ...ofDiagnosis.slice(0, mostLines)]
}

/** The facts and packages that differ between two hosts, apart from those that are the program itself. */
function otherwiseIn(
  axis: string,
  before: CellRecord | undefined,
  after: CellRecord | undefined,
): VersionPair['otherwise'] {
  if (!before || !after) return []
  const own: readonly string[] = Object.hasOwn(axes, axis) ? axisOf(axis as AxisName).own : []
  const factsOf = ({ facts: { kernel, os, docker, iptables }, packages = {} }: CellRecord): Record<string, string> => ({
    os,
    kernel,
    // The packages have a program's version in full.
    ...('docker.io' in packages ? {} : { docker }),
    ...('iptables' in packages ? {} : { iptables }),
    ...packages,
  })
  const [one, other] = [factsOf(before), factsOf(after)]
  return (
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      // An empty fact is one that its host did not give in time.
      .filter((what) => !own.includes(what) && one[what] !== other[what] && one[what] !== '' && other[what] !== '')
      .map((what) => ({ what, before: one[what] ?? 'none', after: other[what] ?? 'none' }))
  )
}
