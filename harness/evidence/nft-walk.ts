import { inSubnet } from './ipv4.ts'
import type { NftChain, NftRule } from './nft.ts'

/**
 * An IPv4 packet of a connection that no translation has touched; the first one, unless `state` says otherwise. Without
 * a destination it goes to no address and no port in particular: a rule that singles one out does not match it.
 */
export interface Packet {
  input: string
  output: string
  protocol: 'tcp' | 'udp' | 'icmp'
  source: string
  destination?: string
  port?: number
  state?: 'new' | 'established'
}

export interface Passage {
  /** `unknown`: it depends on something that cannot be told from the rules alone. */
  verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'unknown'
  /** The chains it went through to the deciding one, and the words of that one's rule. */
  path: string
  /** The deciding chain and its rule; none for the policy. */
  chain: string
  rule?: NftRule
}

/** Leads a packet through a base chain, as the kernel would, to its last verdict. */
export function walk(base: NftChain, packet: Packet, chains: readonly NftChain[]): Passage {
  const siblings = chains.filter(({ family, table }) => family === base.family && table === base.table)
  const passage = pass(base, packet, siblings, [])
  const verdict = base.policy === 'drop' ? 'drop' : 'accept'
  return passage ?? { verdict, path: `${base.name}: policy ${base.policy}`, chain: base.name }
}

function pass(chain: NftChain, packet: Packet, chains: NftChain[], trail: string[]): Passage | undefined {
  const here = [...trail, chain.name]
  // Rules cannot loop in the kernel; a damaged listing may.
  if (here.length > 16) return { verdict: 'unknown', path: here.join(' > '), chain: chain.name }
  for (const rule of chain.rules) {
    const matches = rule.expr.map((part) =>
      part.match ? holds(part.match as Match, packet) : 'xt' in part ? undefined : true,
    )
    const [word, detail] = verdictOf(rule)
    if (matches.includes(false) || word === undefined) continue
    const path = `${here.join(' > ')}: ${word}${detail && ` ${detail}`}`
    const found = { path, chain: chain.name, rule }
    if (matches.includes(undefined) || word === 'vmap') return { verdict: 'unknown', ...found }
    if (word === 'return') return undefined
    if (word === 'accept' || word === 'drop' || word === 'reject') return { verdict: word, ...found }
    if (word === 'masquerade' || word === 'snat' || word === 'dnat') return { verdict: 'translate', ...found }
    const target = chains.find(({ name }) => name === detail)
    const inner = target && pass(target, packet, chains, here)
    // What goes to another chain, and was not jumped there, does not come back.
    if (inner || word === 'goto') return inner
  }
  return undefined
}

const verdicts = ['accept', 'drop', 'reject', 'return', 'jump', 'goto', 'vmap', 'masquerade', 'snat', 'dnat'] as const

function verdictOf(rule: NftRule): [(typeof verdicts)[number] | undefined, string] {
  for (const part of rule.expr)
    for (const word of verdicts)
      if (word in part) {
        const value = (part[word] ?? {}) as { target?: string; type?: string; expr?: string }
        return [word, value.target ?? [value.type, value.expr].filter((text) => typeof text === 'string').join(' ')]
      }
  return [undefined, '']
}

interface Match {
  op: string
  left: { meta?: { key: string }; ct?: { key: string }; payload?: { protocol: string; field: string } }
  right: unknown
}

/** Whether a packet meets a match; undefined where that cannot be told. */
function holds({ op, left, right }: Match, packet: Packet): boolean | undefined {
  const { meta, ct, payload } = left
  const values = alternatives(right)
  // A named set's elements may come and go.
  if (values.some((value) => String(value).startsWith('@'))) return undefined
  const are = (value: string): boolean => (op === '!=') !== values.some((each) => equals(each, value))
  if (meta?.key === 'iifname' || meta?.key === 'iif') return are(packet.input)
  if (meta?.key === 'oifname' || meta?.key === 'oif') return are(packet.output)
  if (meta?.key === 'l4proto') return are(packet.protocol)
  if (meta?.key === 'nfproto') return are('ipv4')
  if (ct?.key === 'state') return are(packet.state ?? 'new')
  // Neither source nor destination has been translated.
  if (ct?.key === 'status') return op === '!='
  if (!payload) return undefined
  const { protocol, field } = payload
  if (protocol !== 'ip') {
    if (protocol !== packet.protocol && protocol !== 'th') return false
    return field === 'dport' && packet.port !== undefined ? are(String(packet.port)) : singled(field, op)
  }
  if (field === 'saddr') return are(packet.source)
  if (field === 'daddr' && packet.destination !== undefined) return are(packet.destination)
  if (field === 'protocol') return are(packet.protocol)
  return singled(field, op)
}

// A rule for one destination or port is not for a packet that goes nowhere in particular.
const singled = (field: string, op: string): boolean | undefined =>
  ['daddr', 'dport'].includes(field) ? op === '!=' : undefined

function alternatives(right: unknown): unknown[] {
  const set = (right as { set?: unknown } | null)?.set
  if (set !== undefined) return Array.isArray(set) ? set : [set]
  return Array.isArray(right) ? right : [right]
}

function equals(one: unknown, value: string): boolean {
  const prefix = (one as { prefix?: { addr: string; len: number } } | null)?.prefix
  if (prefix) return inSubnet(value, `${prefix.addr}/${prefix.len}`)
  const range = (one as { range?: [number, number] } | null)?.range
  if (range && /^\d+$/.test(value)) return Number(value) >= range[0] && Number(value) <= range[1]
  const text = String(one)
  return text.endsWith('*') ? value.startsWith(text.slice(0, -1)) : text === value
}
