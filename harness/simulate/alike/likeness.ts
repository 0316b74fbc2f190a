import type { Facts } from '../../evidence/facts.ts'
import { chainLines, setElements } from './chains.ts'
import type { Endpoint } from './endpoint.ts'
import { privateChains } from './private-chains.ts'
import { recordsOf } from './records.ts'
import { Words } from './words.ts'

/**
 * The kind of a network. Networks of one kind differ only in their names and addresses, and in the order of their
 * rules.
 */
export interface Likeness {
  kind: string
  /** Where its own rules stand, by chain, and how many rules that all packets may meet come before them. */
  stands: ReadonlyMap<string, readonly number[]>
}

/**
 * The kind of each endpoint's network; undefined where something makes the network unique, or where its kind is
 * unknown.
 */
export function likenesses(endpoints: readonly Endpoint[], facts: Facts): (Likeness | undefined)[] {
  const words = new Words(endpoints)
  const kinds = endpoints.map((): string[] => [])
  const stands = endpoints.map(() => new Map<string, number[]>())
  const lines = chainLines(facts, words)
  const isMasked = Object.values(facts.ipsets).some(({ bitmask }) => bitmask !== undefined)
  if (isMasked || lines.some(({ line }) => line.computes && !line.idle)) return endpoints.map(() => undefined)
  const elements = setElements(facts, words)
  const homes = privateChains(
    lines,
    elements.map(({ set, targets }) => ({ table: set.split(' ').slice(0, 3).join(' '), targets })),
  )
  const note = (text: string, where: string): void => {
    const { of, text: read } = words.read(text)
    // A rule or record that names two networks makes both unique.
    if (of.length > 1) for (const each of of) words.odd.add(each)
    else if (of.length === 1) kinds[of[0]!]!.push(`${where}: ${read}`)
  }
  const common = new Map<string, number>()
  for (const [at, { table, chain, line }] of lines.entries()) {
    if (line.idle) continue
    const key = `${table} ${chain}`
    const behind = common.get(key) ?? 0
    for (const element of line.elements) note(element, `set in rule ${behind} of ${key}`)
    const home = homes.get(key)
    const of = line.of ?? home
    const spoken = new Set([...(of === undefined ? [] : [of]), ...(home === undefined ? [] : [home]), ...line.others])
    if (of === undefined || spoken.size > 1) {
      for (const each of spoken) words.odd.add(each)
      common.set(key, behind + 1)
      continue
    }
    const chainOf = home === of ? words.read(key).text : key
    kinds[of]!.push(`${chainOf} ${behind}: ${line.text}`)
    const own = stands[of]!.get(`${key} ${behind}`)
    if (own) own.push(at)
    else stands[of]!.set(`${key} ${behind}`, [at])
  }
  for (const { set, text } of elements) note(text, set)
  const others = [...facts.nft.map(({ dev }) => dev), ...facts.nftObjects.others.map(({ value }) => value)]
  for (const each of others) for (const of of words.read(JSON.stringify(each ?? '')).of) words.odd.add(of)
  for (const [of, records] of recordsOf(endpoints, facts, words).entries()) kinds[of]!.push(...records)
  for (const of of endpoints.keys()) kinds[of]!.push(...words.takenIn(of))
  return endpoints.map((_, of) =>
    words.odd.has(of) ? undefined : { kind: kinds[of]!.join('\n'), stands: stands[of]! },
  )
}

/** The order of two networks' rules. */
export function orderOf(one: Likeness, other: Likeness): string {
  let order = ''
  for (const [where, own] of one.stands) {
    const others = other.stands.get(where)
    if (!others) continue
    let next = 0
    for (const at of own) {
      while (next < others.length && others[next]! < at) next++
      order += `${next} `
    }
  }
  return order
}
