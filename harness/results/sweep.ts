import { wordOf } from '../lib/combinations.ts'
import { groupBy } from '../lib/group.ts'
import { type Combination, type ConditionSet, type Space, smallestCover } from '../lib/implicants.ts'
import type { CellRecord } from './record.ts'

/** Probes that the fault changes under the same conditions. */
export interface SweptSymptom {
  /** What changes, as `egress-tcp fail` or `isolation pass`. */
  changes: string[]
  /** Where it does, and where it does not, of the combinations that ran. */
  failing: Combination[]
  passing: Combination[]
  /** The minimal sets of conditions: one of them is met exactly where it changes. An empty set: always. */
  sets: ConditionSet[]
  /** What ran leaves no other set that is as small. */
  unique: boolean
}

/** What a sweep has found. */
export interface SweepResult {
  /** The scenario with its variant, and the hosts. */
  scenario: string
  hosts: string[]
  space: Space
  /** The size of the whole product, and what ran of it. */
  product: number
  ran: Combination[]
  /** Combinations that the lab could not set up or observe, with the reason. */
  broken: { combination: Combination; reason: string }[]
  symptoms: SweptSymptom[]
  /** Probes that already differ from the scenario's healthy host before the fault. */
  before: SweptSymptom[]
  /** The combinations by the causes that the diagnosis names, joined by ` + `. */
  named: Record<string, Combination[]>
}

/** The result of the cells of one sweep; undefined where none of them varies anything. */
export function sweepResult(cells: readonly CellRecord[]): SweepResult | undefined {
  const own = cells.filter((cell) => cell.varied)
  if (own.length === 0) return undefined
  const { scenario, variant } = own[0]!
  const space = spaceIn(own)
  const seen = own.filter((cell) => observedAt(cell, 'broken'))
  const named = groupBy(seen, (cell) => namedIn(cell))
  return {
    scenario: [scenario, variant].filter(Boolean).join('-'),
    hosts: [...new Set(own.map(({ host }) => host))],
    space,
    product: Object.values(space).reduce((product, values) => product * values.length, 1),
    ran: seen.map(({ varied }) => varied!),
    broken: own
      .filter((cell) => !seen.includes(cell))
      .map(({ varied, reason = 'not observed' }) => ({ combination: varied!, reason })),
    symptoms: symptomsOf(seen, space, changesOf),
    before: symptomsOf(seen, space, deviationsOf),
    named: Object.fromEntries(named.map((group) => [namedIn(group[0]!), group.map(({ varied }) => varied!)])),
  }
}

// A value that no cell has is not in the space. The first round of a sweep has each value.
function spaceIn(cells: readonly CellRecord[]): Space {
  const names = Object.keys(cells[0]!.varied!)
  return Object.fromEntries(names.map((name) => [name, [...new Set(cells.map(({ varied }) => varied![name]!))]]))
}

const namedIn = ({ diagnoses }: CellRecord): string =>
  diagnoses
    .find(({ stage }) => stage === 'broken')
    ?.named.toSorted()
    .join(' + ') || 'nothing'

/** Whether the lab observed the host of a cell at a stage. */
export const observedAt = ({ stages, probes }: CellRecord, stage: string): boolean =>
  stages.some(({ name, verdict }) => name === stage && verdict !== 'broken') &&
  probes.some((probe) => probe.stage === stage)

/** The changes that a cell shows, as `egress-tcp fail`, and the probes about which it shows nothing. */
type Changes = (cell: CellRecord) => Map<string, 'pass' | 'fail' | 'same' | 'unknown'>

/** What the fault changes: the broken host against the same host when it was healthy. */
const changesOf: Changes = ({ probes }) => {
  const healthy = new Map(
    probes.flatMap(({ stage, name, observed }) => (stage === 'healthy' ? [[name, observed]] : [])),
  )
  const broken = probes.filter(({ stage }) => stage === 'broken')
  return new Map(
    broken.map(({ name, observed }) => {
      const before = healthy.get(name)
      if (observed === 'error' || before === 'error' || before === undefined) return [name, 'unknown']
      return [name, observed === before ? 'same' : observed]
    }),
  )
}

/** What the conditions change by themselves: the healthy host against that of the scenario. */
const deviationsOf: Changes = ({ probes }) =>
  new Map(
    probes
      .filter(({ stage }) => stage === 'healthy')
      .map(({ name, expected, observed }) => {
        if (observed === 'error') return [name, 'unknown']
        return [name, observed === expected ? 'same' : observed]
      }),
  )

function symptomsOf(cells: readonly CellRecord[], space: Space, changes: Changes): SweptSymptom[] {
  const seen = cells.map((cell) => ({ combination: cell.varied!, changes: changes(cell) }))
  const found = seen.flatMap((each) =>
    [...each.changes].flatMap(([probe, change]) =>
      change === 'pass' || change === 'fail' ? [`${probe} ${change}`] : [],
    ),
  )
  const split = [...new Set(found)].map((what) => {
    const [probe = '', change = ''] = what.split(' ')
    const where = (test: (seen: string | undefined) => boolean): Combination[] =>
      seen.filter((each) => test(each.changes.get(probe))).map(({ combination }) => combination)
    return {
      what,
      failing: where((each) => each === change),
      passing: where((each) => each !== change && each !== 'unknown' && each !== undefined),
    }
  })
  const alike = groupBy(split, ({ failing, passing }) =>
    [failing, passing].map((all) => all.map(wordOf).join()).join(';'),
  )
  return alike.map((group) => {
    const { failing, passing } = group[0]!
    return { changes: group.map(({ what }) => what), failing, passing, ...smallestCover(failing, passing, space) }
  })
}
