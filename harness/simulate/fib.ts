import type { PolicyRule, RouteFact } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import { planted } from './planted.ts'
import { lengthOf, routeIndex } from './route-index.ts'
import type { Doubt } from './rules/index.ts'

/** What routing knows of a packet. */
export interface Key {
  source: string
  destination: string
  /** `lo` for packets that the stack itself sends. */
  input: string
  /** Set only where the sender is bound to a device. */
  output?: string
  mark: number | undefined
  protocol: string
  sourcePort: number
  destinationPort: number
  /**
   * It came by a link, is the answer to such a packet, or is routed again: the kernel reads its protocol and ports only
   * where a rule needs them.
   */
  received?: boolean
}

/** The result of routing: a route of some type, or no route at all. */
export interface Found {
  route?: RouteFact
  /** The rule that decided: by a lookup, or by ending the packet itself. */
  rule?: PolicyRule
  /** `none`: no table knows the destination. */
  type: string
  doubts: Doubt[]
}

/** Routing tables, and the rules that choose among them. */
export interface Fib {
  /** Every result that the lookup may have: more than one where a rule matches on something unknown. */
  lookup(key: Key): Found[]
  /** The best route of one table, without regard to the rules. */
  table(name: string, destination: string): RouteFact | undefined
  /** The host has rules besides the three default ones, or local routes of its own: source checks depend on them. */
  hasCustomRules: boolean
}

const byDefault: PolicyRule[] = [
  { priority: 0, not: false, action: 'lookup', table: 'local', unknown: [] },
  { priority: 32766, not: false, action: 'lookup', table: 'main', unknown: [] },
  { priority: 32767, not: false, action: 'lookup', table: 'default', unknown: [] },
]

/** A stack's routing of one family. Where the rules could not be read, the three default ones are used. */
export function fibOf(routes: readonly RouteFact[], rules: readonly PolicyRule[]): Fib {
  const tables = new Map<string, RouteFact[]>()
  for (const route of routes) {
    const own = tables.get(route.table)
    if (own) own.push(route)
    else tables.set(route.table, [route])
  }
  const indexes = new Map([...tables].map(([name, own]) => [name, routeIndex(own)]))
  const ordered = (rules.length > 0 ? [...rules] : byDefault).sort((a, b) => a.priority - b.priority)
  const dissects = ordered.some(dissecting)
  const memory = new Map<string, Map<string, RouteFact | undefined>>()
  const table = (name: string, destination: string): RouteFact | undefined => {
    const index = indexes.get(name)
    if (!index) return undefined
    const known = memory.get(name) ?? new Map<string, RouteFact | undefined>()
    if (known.size === 0) memory.set(name, known)
    const found = known.get(destination)
    if (found || known.has(destination)) return found
    const route = index(destination)
    known.set(destination, route)
    return route
  }
  return {
    table,
    hasCustomRules:
      ordered.some((rule) => !byDefault.some((usual) => usual.table === rule.table && isPlain(rule))) ||
      routes.some(({ type, table, protocol }) => type === 'local' && table === 'local' && protocol !== 'kernel'),
    lookup: (key) => {
      const known = key.received && !dissects ? { ...key, protocol: '', sourcePort: 0, destinationPort: 0 } : key
      return search(planted.has('ip-rule') ? byDefault : ordered, 0, known, table, [])
    },
  }
}

// Source: linux/net/core/fib_rules.h, fib_rule_requires_fldissect.
const dissecting = ({ iif, ipproto, sport, dport }: PolicyRule): boolean =>
  iif !== 'lo' && (ipproto !== undefined || sport !== undefined || dport !== undefined)

const isPlain = (rule: PolicyRule): boolean => rule.action === 'lookup' && isForAll(rule)

/** Whether a rule has no condition. Most have none, and every lookup meets them. */
const isForAll = (rule: PolicyRule): boolean =>
  !rule.not &&
  rule.src === undefined &&
  rule.dst === undefined &&
  rule.iif === undefined &&
  rule.oif === undefined &&
  rule.fwmark === undefined &&
  rule.ipproto === undefined &&
  rule.sport === undefined &&
  rule.dport === undefined &&
  rule.tos === undefined &&
  rule.uidrange === undefined &&
  rule.unknown.length === 0

function search(rules: readonly PolicyRule[], from: number, key: Key, table: Fib['table'], doubts: Doubt[]): Found[] {
  for (let index = from; index < rules.length; index++) {
    const rule = rules[index]!
    const meets = isForAll(rule) || matches(rule, key)
    if (meets === false) continue
    if (meets !== true) {
      const at = { key: `ip rule ${rule.priority}`, message: meets, kind: 'mark' as const, settle: 'ip rule' }
      return [
        ...act(rules, index, rule, key, table, [...doubts, { ...at, holds: true }]),
        ...search(rules, index + 1, key, table, [...doubts, { ...at, holds: false }]),
      ]
    }
    return act(rules, index, rule, key, table, doubts)
  }
  return [{ type: 'none', doubts }]
}

function act(
  rules: readonly PolicyRule[],
  index: number,
  rule: PolicyRule,
  key: Key,
  table: Fib['table'],
  doubts: Doubt[],
): Found[] {
  switch (rule.action) {
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
      return [{ type: rule.action, rule, doubts }]
    case 'goto': {
      // A goto without a target is skipped. Source: linux/net/core/fib_rules.c, fib_rules_lookup.
      const target = rules.findIndex(({ priority }) => priority === rule.goto)
      return search(rules, target < 0 ? index + 1 : target, key, table, doubts)
    }
    case 'lookup': {
      const route = table(rule.table ?? 'main', key.destination)
      if (!route || route.type === 'throw') return search(rules, index + 1, key, table, doubts)
      // Source: linux/net/ipv4/fib_rules.c, fib4_rule_suppress: only after a lookup that succeeded.
      const succeeded = !['blackhole', 'unreachable', 'prohibit'].includes(route.type)
      const shortest = rule.suppressPrefixLength
      if (succeeded && shortest !== undefined && lengthOf(route) <= shortest)
        return search(rules, index + 1, key, table, doubts)
      return [{ type: route.type, route, rule, doubts }]
    }
    default:
      return search(rules, index + 1, key, table, doubts)
  }
}

/** Whether a rule matches a packet; a sentence where that is unknown. */
function matches(rule: PolicyRule, key: Key): boolean | string {
  const conditions: (boolean | string)[] = [
    rule.src === undefined || inPrefix(key.source, rule.src),
    rule.dst === undefined || inPrefix(key.destination, rule.dst),
    rule.iif === undefined || rule.iif === key.input,
    rule.oif === undefined || rule.oif === key.output,
    rule.ipproto === undefined || rule.ipproto === key.protocol,
    rule.sport === undefined || inPorts(key.sourcePort, rule.sport),
    rule.dport === undefined || inPorts(key.destinationPort, rule.dport),
    // A forwarded packet counts as root's; for packets of the host's own programs, root is assumed.
    rule.uidrange === undefined || inPorts(0, rule.uidrange),
    rule.fwmark === undefined ||
      (key.mark === undefined
        ? `Routing rule ${rule.priority} matches on a mark that is not known.`
        : // Source: linux/net/core/fib_rules.c, fib_rule_match: only the bits of the mask are compared.
          ((key.mark ^ rule.fwmark) & (rule.fwmask ?? 0xffffffff)) === 0),
    // No simulated packet has a type of service.
    rule.tos === undefined || Number(rule.tos) === 0,
    rule.unknown.length === 0 ||
      `Routing rule ${rule.priority} matches on ${rule.unknown.join(', ')}, which the simulation does not model.`,
  ]
  const met = conditions.includes(false) ? false : (conditions.find((each) => typeof each === 'string') ?? true)
  return typeof met === 'string' ? met : met !== rule.not
}

function inPorts(port: number, range: string): boolean {
  const [low = '', high = low] = range.split('-')
  return port >= Number(low) && port <= Number(high)
}
