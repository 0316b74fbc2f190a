import type { Facts } from '../evidence/facts.ts'
import { addressIn, familyOf, inPrefix, isPublic } from '../lib/ip.ts'
import type { Walk } from './flow.ts'
import type { Net } from './net.ts'
import { walk } from './walk/index.ts'

/** Rules name many addresses on some hosts; a few of each show what a list lets through. */
const most = 24

/**
 * The peers for which a flow passes that dies for the rest of the world: an admin's own list. Nothing where no address
 * that the rules name fares better. A list of private addresses alone is taken for one only in the admin's own chain.
 */
export function passesOnlyFor({ flow, death, end }: Walk, net: Net): string[] {
  if (end !== 'dies' || !death?.rule) return []
  if (flow.kind !== 'egress' && flow.kind !== 'published') return []
  const listed = namedPeers(net.facts).filter((prefix) => isPublic(prefix) || death.rule!.chain === 'DOCKER-USER')
  return listed.slice(0, most).filter((prefix) => {
    const address = addressIn(prefix, prefix.includes('/') ? 10 : 0) ?? prefix
    const inside = inPrefix(address, prefix) ? address : (addressIn(prefix, 0) ?? prefix)
    const other = flow.from.at === 'outside' ? { ...flow, source: inside } : { ...flow, address: inside }
    return walk(other, net).end === 'passes'
  })
}

const lists = new WeakMap<Facts, string[]>()

/** The addresses and prefixes of others that the host's rules name. */
export function namedPeers(facts: Facts): string[] {
  const known = lists.get(facts)
  if (known) return known
  const own = [...facts.docker.networks.map(({ subnet }) => subnet), '127.0.0.0/8', '224.0.0.0/3'].filter(Boolean)
  const words = new Set<string>()
  for (const { rules } of Object.values(facts.xtables))
    for (const { source, destination } of rules)
      for (const word of [source, destination]) if (word) for (const each of word.split(',')) words.add(each)
  for (const { rules } of facts.nft) for (const { expr } of rules) collect(expr, words)
  for (const set of [...facts.nftObjects.sets, ...facts.nftObjects.maps]) collect(set.elem, words)
  for (const { elements } of Object.values(facts.ipsets)) for (const each of elements) words.add(each.split(' ')[0]!)
  const peers = [...words].filter(
    (word) =>
      familyOf(word) === 4 &&
      !own.some((subnet) => inPrefix(word, subnet) || inPrefix(subnet, word)) &&
      !facts.links.some(({ addresses }) => addresses.includes(word)),
  )
  lists.set(facts, peers)
  return peers
}

/** Every address in a piece of nft's JSON. */
function collect(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') {
    if (familyOf(value) === 4) words.add(value)
  } else if (Array.isArray(value)) for (const each of value) collect(each, words)
  else if (value !== null && typeof value === 'object') {
    const { prefix } = value as { prefix?: { addr?: unknown; len?: unknown } }
    if (prefix && typeof prefix.addr === 'string') words.add(`${prefix.addr}/${prefix.len}`)
    else for (const each of Object.values(value)) collect(each, words)
  }
}
