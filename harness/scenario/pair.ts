import { isDeepStrictEqual } from 'node:util'
import { type Cell, type Computed, cellOf, type Draft, type Expectation, injected } from './cell.ts'
import type { Registry } from './terms.ts'

type State = 'latent' | 'broken'
type Alone = [cell: Cell, expected: Expectation]

/** The cell of each draft. What two faults do together is computed from the cells that inject one of them alone. */
export function cellsOf(drafts: readonly Draft[], probes: Registry['probes']): Cell[] {
  const alone = new Map(
    drafts.flatMap((draft) => (draft.scenario.and ? [] : [[draft, cellOf(draft, probes)] as const])),
  )
  const cells = [...alone.values()]
  return drafts.map((draft) => alone.get(draft) ?? cellOf(draft, probes, computePair(draft, cells)))
}

/**
 * What a pair expects where it leaves something out: the union of what each fault does alone. In `latent` the first
 * fault has already broken the host.
 */
function computePair(draft: Draft, cells: readonly Cell[]): Partial<Record<State, Computed>> {
  const computed: Partial<Record<State, Computed>> = {}
  for (const state of ['latent', 'broken'] as const) {
    const written = draft.scenario[state]
    if (written ? written.probes.default && written.diagnosis : state === 'latent') continue
    const first = alone(draft, 'fault', 'broken', cells)
    const second = alone(draft, 'and', state, cells)
    if (first && second) computed[state] = union(first, second)
  }
  return computed
}

/** The cell that injects one fault of a pair alone on the same host, nearest by `given`, and what it expects. */
function alone(draft: Draft, key: 'fault' | 'and', state: State, cells: readonly Cell[]): Alone | undefined {
  const { kind, params } = injected(draft.scenario[key]!)
  const akin = cells.filter(({ host, fault }) => host === draft.host && fault?.kind === kind)
  const all = akin.flatMap((cell): Alone[] => {
    const expected = cell[state]
    return expected && isDeepStrictEqual(cell.fault?.params, params) ? [[cell, expected]] : []
  })
  const distance = ([{ given }]: Alone) => differing(given, draft.scenario.given).length
  const least = Math.min(...all.map(distance))
  const [nearest, ...others] = all.filter((each) => distance(each) === least)
  if (!nearest) {
    const how = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
    const fault = how.length > 0 ? `${kind} (${how.join(', ')})` : kind
    const message = `no cell injects ${fault} alone on ${draft.host}`
    draft.refuse(key, state === 'latent' ? `${message} and has \`latent\`` : message, remedy(akin, params, state))
    return undefined
  }
  const contrary = others.find((other) => !isDeepStrictEqual(union(other), union(nearest)))
  if (contrary) {
    const message = `${nearest[0].name} and ${contrary[0].name} both inject it alone, but expect different results`
    draft.refuse(key, message, writeOut(state))
  }
  return contrary ? undefined : nearest
}

/** What to do where no cell injects a fault alone. The author may have meant the nearest cell of its kind. */
function remedy(akin: readonly Cell[], params: Record<string, unknown>, state: State): string {
  const differences = akin.map(({ name, fault }) => ({ name, keys: differing(fault!.params, params) }))
  const [near] = differences.filter(({ keys }) => keys.length > 0).sort((a, b) => a.keys.length - b.keys.length)
  const like = near ? `inject it as ${near.name} does (it differs in ${near.keys.join(', ')}), ` : ''
  return `a pair's \`${state}\` is computed from such cells: ${like}add one, or ${writeOut(state)}`
}

const writeOut = (state: State): string => `write \`${state}\` out, with \`probes.default\` and \`diagnosis\``

/** The keys whose values differ between two mappings. */
const differing = (one: object, other: object): string[] => {
  const [ours, theirs] = [one, other] as Record<string, unknown>[]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => !isDeepStrictEqual(ours![key], theirs![key]),
  )
}

/** Every departure from the healthy host, every cause that is named, and the worst verdict. */
function union(...all: readonly Alone[]): Computed {
  const unexplained = all.flatMap(([, expected]) => expected.unexplained ?? [])
  const verdicts = all.map(([, { verdict }]) => verdict)
  const departures = all.flatMap(([{ healthy }, { probes }]) =>
    Object.entries(probes).filter(([name, outcome]) => outcome !== healthy.probes[name]),
  )
  return {
    probes: Object.fromEntries(departures),
    diagnosis: [...new Set(all.flatMap(([, { diagnosis }]) => diagnosis))],
    unexplained: unexplained.filter(
      (each, index) => !unexplained.slice(0, index).some((e) => isDeepStrictEqual(e, each)),
    ),
    verdict: (['sick', 'unknown'] as const).find((each) => verdicts.includes(each)) ?? 'healthy',
  }
}
