import { icmpTypes } from '../../lib/icmp-types.ts'
import { hex, portText, statementWords } from './saved-statements.ts'

type Json = Record<string, unknown>

/** A rule's words as iptables-save prints them, and its counters in front. */
export interface SavedWords {
  text: string
  counters: string
  /** Whether iptables could have made the rule. Otherwise what it cannot express is left out of the words. */
  isWhole: boolean
}

/**
 * A rule of nft in the words of iptables-save. A condition that nft names but does not describe is a match with the option
 * `--not-listed`, which nobody can judge.
 */
export function savedWords(expr: readonly Json[], comment: string | undefined, family: 'ip' | 'ip6'): SavedWords {
  const state: State = { family, protocol: '' }
  let counters = ''
  let isWhole = true
  const words: string[] = []
  for (const part of expr) {
    const [word = ''] = Object.keys(part)
    const value = part[word] as Json | null
    if (word === 'counter' && value && typeof value === 'object') counters = `[${value.packets}:${value.bytes}] `
    if (word === 'counter') continue
    const found = word === 'match' ? matchWords(value as unknown as Match, state) : statementWords(word, value, family)
    if (!found) isWhole = false
    words.push(...(found ?? ['-m', 'unread', '--not-listed']))
  }
  const noted = comment === undefined ? [] : ['-m', 'comment', '--comment', `"${comment}"`]
  const at = words.findIndex((word) => word === '-j' || word === '-g')
  words.splice(at < 0 ? words.length : at, 0, ...noted)
  return { text: inOrder(words).join(' '), counters, isWhole }
}

// iptables-save prints these first, in this order, whatever order nft has.
const base = ['-s', '-d', '-i', '-o', '-p']

function inOrder(words: readonly string[]): string[] {
  const first = base.flatMap((flag) => {
    const at = words.indexOf(flag)
    return at < 0 ? [] : [words.slice(words[at - 1] === '!' ? at - 1 : at, at + 2)]
  })
  const taken = new Set(first.flatMap((own) => Array.from(own, (_, index) => words.indexOf(own.at(-2)!) + 1 - index)))
  return [...first.flat(), ...words.filter((_, at) => !taken.has(at))]
}

interface State {
  family: 'ip' | 'ip6'
  /** The protocol that a `-p` before has named. */
  protocol: string
  /** The protocol whose `-m` was printed. */
  module?: string
}

interface Match {
  op: string
  left: {
    meta?: { key: string }
    payload?: { protocol: string; field: string }
    ct?: Json
    fib?: Json
    unread?: string
  }
  right: unknown
}

function matchWords({ op, left, right }: Match, state: State): string[] | undefined {
  if (left.unread !== undefined) return ['-m', 'unread', '--not-listed', `"${left.unread.replaceAll('"', '')}"`]
  const not = op === '!=' || op === '!' ? ['!'] : []
  if (not.length === 0 && op !== '==' && op !== 'in') return undefined
  if (left.meta) return metaWords(left.meta.key, right, not, state)
  if (left.payload) return headerWords(left.payload, right, not, state)
  if (left.ct) return connectionWords(left.ct, right, not)
  if (left.fib) return addressTypeWords(left.fib, right, not)
  return undefined
}

function metaWords(key: string, right: unknown, not: string[], state: State): string[] | undefined {
  if ((key === 'iifname' || key === 'oifname') && typeof right === 'string')
    return [...not, key === 'iifname' ? '-i' : '-o', right.replace(/\*$/, '+')]
  if (key === 'l4proto') return protocolWords(right, not, state)
  if (key === 'mark' && typeof right === 'number') return ['-m', 'mark', ...not, '--mark', hex(right)]
  if (key === 'pkttype' && typeof right === 'string') return ['-m', 'pkttype', ...not, '--pkt-type', right]
  return undefined
}

function protocolWords(right: unknown, not: string[], state: State): string[] | undefined {
  if (typeof right !== 'string' && typeof right !== 'number') return undefined
  if (not.length === 0) state.protocol = String(right)
  return [...not, '-p', String(right)]
}

type Header = NonNullable<Match['left']['payload']>

function headerWords({ protocol, field }: Header, right: unknown, not: string[], state: State): string[] | undefined {
  if (protocol === state.family) {
    const flag = { saddr: '-s', daddr: '-d' }[field]
    if (flag) return addressWords(flag, right, not, state)
    return field === 'protocol' || field === 'nexthdr' ? protocolWords(right, not, state) : undefined
  }
  const lead = state.protocol === protocol ? [] : ['-p', protocol]
  const again = state.module === protocol
  if (state.protocol !== '' && state.protocol !== protocol) return undefined
  const words = portWords(protocol, field, right, not) ?? icmpWords(protocol, field, right, not)
  if (!words) return undefined
  state.protocol = protocol
  if (words[1] === protocol) state.module = protocol
  return [...lead, ...(again && words[1] === protocol ? words.slice(2) : words)]
}

function addressWords(flag: string, right: unknown, not: string[], { family }: State): string[] | undefined {
  const { prefix, range } = (right ?? {}) as { prefix?: { addr: string; len: number }; range?: string[] }
  if (range) return ['-m', 'iprange', ...not, flag === '-s' ? '--src-range' : '--dst-range', range.join('-')]
  if (prefix) return [...not, flag, `${prefix.addr}/${prefix.len}`]
  return typeof right === 'string' && !right.startsWith('@')
    ? [...not, flag, `${right}/${family === 'ip' ? 32 : 128}`]
    : undefined
}

function portWords(protocol: string, field: string, right: unknown, not: string[]): string[] | undefined {
  if (!['tcp', 'udp'].includes(protocol) || (field !== 'dport' && field !== 'sport')) return undefined
  const several = (right as { set?: unknown[] } | null)?.set
  if (several) {
    const ports = several.map(portText)
    return ports.includes(undefined)
      ? undefined
      : ['-m', 'multiport', ...not, field === 'dport' ? '--dports' : '--sports', ports.join(',')]
  }
  const port = portText(right)
  return port === undefined ? undefined : ['-m', protocol, ...not, `--${field}`, port]
}

function icmpWords(protocol: string, field: string, right: unknown, not: string[]): string[] | undefined {
  if ((protocol !== 'icmp' && protocol !== 'icmpv6') || field !== 'type') return undefined
  const kind = typeof right === 'string' ? (icmpTypes[protocol] as Readonly<Record<string, number>>)[right] : right
  if (typeof kind !== 'number') return undefined
  return ['-m', protocol === 'icmp' ? 'icmp' : 'icmp6', ...not, `--${protocol}-type`, String(kind)]
}

function connectionWords({ key, dir }: Json, right: unknown, not: string[]): string[] | undefined {
  if (dir !== undefined) return undefined
  if (key === 'mark' && typeof right === 'number') return ['-m', 'connmark', ...not, '--mark', hex(right)]
  const set = (right as { set?: unknown } | null)?.set
  const states = [set ?? right].flat().map((each) => String(each).toUpperCase())
  const known = key === 'state' ? stateNames : key === 'status' ? ['SNAT', 'DNAT'] : []
  return states.every((each) => known.includes(each))
    ? ['-m', 'conntrack', ...not, '--ctstate', known.filter((each) => states.includes(each)).join(',')]
    : undefined
}

// In the order in which iptables prints them.
const stateNames = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED']

function addressTypeWords({ result, flags }: Json, right: unknown, not: string[]): string[] | undefined {
  const option = { saddr: '--src-type', daddr: '--dst-type' }[String(flags)]
  if (result !== 'type' || !option || typeof right !== 'string') return undefined
  return ['-m', 'addrtype', ...not, option, right.toUpperCase()]
}
