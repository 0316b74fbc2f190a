import type { NftRule } from '../../evidence/facts.ts'
import { Ends, type Line, type Target } from './line.ts'
import type { Words } from './words.ts'

interface Match {
  op?: string
  left?: { meta?: { key?: string }; payload?: { protocol?: string; field?: string } }
  right?: unknown
}

interface Part {
  match?: Match
  counter?: unknown
  vmap?: { key: unknown; data: unknown }
}

/** A rule as nft lists it. */
export function listedLine({ expr }: NftRule, words: Words): Line {
  const ends = new Ends(words)
  const targets: Target[] = []
  const elements: string[] = []
  const rest: unknown[] = []
  // Other packets also meet what comes after the first statement.
  let conditions = true
  for (const part of readable(expr) as Part[]) {
    if (part.counter !== undefined) continue
    const { match, vmap } = part
    if (match && conditions) take(match, ends)
    conditions &&= match !== undefined
    const set = setOf(match?.right ?? vmap?.data)
    const speaking = set?.filter((each) => words.read(JSON.stringify(each)).of.length > 0) ?? []
    elements.push(...speaking.map((each) => JSON.stringify(each)))
    for (const each of set ?? []) {
      targets.push(...targetsOf(each).map((chain) => ({ chain, of: vmap && keyOf(each, words) })))
    }
    if (!set) targets.push(...targetsOf(part).map((chain) => ({ chain, of: undefined })))
    rest.push(set ? { ...match, ...vmap, right: set.filter((each) => !speaking.includes(each)), data: '' } : part)
  }
  return ends.line(JSON.stringify(rest), { targets, elements, computes: computes(expr) })
}

const endKeys = new Set(['iif', 'iifname', 'saddr', 'oif', 'oifname', 'daddr'])

function take({ op, left, right }: Match, ends: Ends): void {
  if (op !== '==') return
  const { meta, payload } = left ?? {}
  const end = meta?.key ?? (payload?.protocol === 'ip' ? (payload.field ?? '') : '')
  if (endKeys.has(end) && typeof right === 'string') ends.take(right)
  if (payload?.field === 'dport' && typeof right === 'number') ends.takePort(right)
  const protocol = meta?.key === 'l4proto' || (payload?.protocol === 'ip' && payload.field === 'protocol')
  if (protocol && typeof right === 'string') ends.takeProtocol(right)
}

const setOf = (value: unknown): unknown[] | undefined => {
  const { set } = (value ?? {}) as { set?: unknown }
  return Array.isArray(set) ? set : undefined
}

/** The network that a map's element ([key, verdict]) is for. */
export function keyOf(element: unknown, words: Words): number | undefined {
  const [key] = Array.isArray(element) ? element : []
  return typeof key === 'string' ? words.wordOf(key)?.of : undefined
}

/** The chains that its jumps and gotos lead to, at any depth. */
export const targetsOf = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"(?:jump|goto)":\{"target":"([^"]*)"/g)].map(([, chain]) => chain!)

/** nft's JSON with prefixes and ranges as words. */
export const readable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each: { prefix?: { addr?: string; len?: number }; range?: unknown[] }) => {
    if (each?.prefix?.addr !== undefined) return `${each.prefix.addr}/${each.prefix.len}`
    return Array.isArray(each?.range) && typeof each.range[0] === 'string' ? each.range.join('-') : each
  })

/** Whether a rule computes with a packet's source or destination. */
function computes(expr: NftRule['expr']): boolean {
  const text = JSON.stringify(expr)
  if (!/"(saddr|daddr|iif|oif|iifname|oifname)"/.test(text)) return false
  return /"(&|\||\^|<<|>>)":|"op":"(<|>|<=|>=|in)"|jhash|symhash|numgen/.test(text)
}
