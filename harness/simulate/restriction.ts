import type { Facts } from '../evidence/facts.ts'
import { addressIn, familyOf, inPrefix, isPublic } from '../lib/ip.ts'
import type { Flow, Walk } from './flow.ts'
import { allowsHostPort } from './host-port.ts'
import type { Net } from './net.ts'
import { walk } from './walk/index.ts'

/** On some hosts rules name many addresses; a few of each kind show what a list lets through. */
const most = 24

/** The flows that one rule drops: how many had no allowed peer, and the peers of the first flow that had some. */
interface Found {
  without: number
  peers: string[]
}

const found = new WeakMap<Net, Map<string, Found>>()
// A rule that drops so many flows and lets no peer through has no allow list.
const enough = 4

/**
 * The peers for which a flow passes that is dropped for everyone else: an administrator's allow list. Empty where no
 * address that the rules name passes. A list of only private addresses counts only in the administrator's own chain.
 * Among flows with the same drop the first gets all of its peers; the others may get only the first one found.
 */
export function passesOnlyFor(walk: Walk, net: Net): string[] {
  const known = answers.get(walk)
  if (known) return known
  const answer = allowedPeers(walk, net)
  answers.set(walk, answer)
  return answer
}

const answers = new WeakMap<Walk, string[]>()

function allowedPeers(walk: Walk, net: Net): string[] {
  const { flow, end } = walk
  if (end !== 'dies' || (flow.kind !== 'egress' && flow.kind !== 'published')) return []
  const { drop } = walk
  if (!drop?.rule) return []
  // Whoever means to let in everybody by the published port restricts nobody.
  if (allowsHostPort(walk, net)) return []
  const { backend, table, chain, rule } = drop.rule
  const listed = namedPeers(net.facts).filter((prefix) => isPublic(prefix) || chain === 'DOCKER-USER')
  const key = JSON.stringify([flow.kind, flow.from.at, flow.protocol, flow.size, backend, table, chain, rule])
  const known = under(net, key)
  if (known.without >= enough && known.peers.length === 0) return []
  const again = known.peers.find((prefix) => passesFor(prefix, flow, net))
  if (again !== undefined) return [again]
  const peers = listed.slice(0, most).filter((prefix) => passesFor(prefix, flow, net))
  if (peers.length === 0) known.without++
  else if (known.peers.length === 0) known.peers = peers
  return peers
}

function under(net: Net, key: string): Found {
  const own = found.get(net) ?? new Map<string, Found>()
  found.set(net, own)
  const known = own.get(key) ?? { without: 0, peers: [] }
  own.set(key, known)
  return known
}

function passesFor(prefix: string, flow: Flow, net: Net): boolean {
  const address = addressIn(prefix, prefix.includes('/') ? 10 : 0) ?? prefix
  const inside = inPrefix(address, prefix) ? address : (addressIn(prefix, 0) ?? prefix)
  return (
    walk(flow.from.at === 'outside' ? { ...flow, source: inside } : { ...flow, address: inside }, net).end === 'passes'
  )
}

const lists = new WeakMap<Facts, string[]>()

/** The foreign addresses and prefixes that the host's rules name. */
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
