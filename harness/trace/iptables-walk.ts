import type { Rule, Ruleset } from '../evidence/iptables-save.ts'
import { inSubnet } from '../evidence/ipv4.ts'

/** A packet as iptables sees it in one hook; empty device names where the hook knows none. */
export interface XtPacket {
  input: string
  output: string
  protocol: 'tcp' | 'udp' | 'icmp'
  source: string
  destination: string
  port: number
  state: 'NEW' | 'ESTABLISHED'
}

export interface XtPassage {
  verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'unknown'
  chain: string
  /** The deciding rule; empty for the policy. */
  rule: string
}

const final: Record<string, XtPassage['verdict']> = {
  ACCEPT: 'accept',
  DROP: 'drop',
  REJECT: 'reject',
  MASQUERADE: 'translate',
  SNAT: 'translate',
  DNAT: 'translate',
  REDIRECT: 'translate',
}

/** Leads a packet through one built-in chain of a table; undefined where the ruleset has no such chain. */
export function walkIptables(ruleset: Ruleset, table: string, chain: string, packet: XtPacket): XtPassage | undefined {
  const base = ruleset.chains.find((each) => each.table === table && each.chain === chain)
  if (!base) return undefined
  const passage = pass(ruleset, table, chain, packet, 0)
  return passage ?? { verdict: base.policy === 'DROP' ? 'drop' : 'accept', chain, rule: '' }
}

function pass(ruleset: Ruleset, table: string, chain: string, packet: XtPacket, depth: number): XtPassage | undefined {
  if (depth > 16) return { verdict: 'unknown', chain, rule: '' }
  for (const rule of ruleset.rules.filter((each) => each.table === table && each.chain === chain)) {
    const meets = matches(rule, packet)
    if (meets === false || rule.target === undefined) continue
    const verdict = final[rule.target]
    const isChain = ruleset.chains.some((each) => each.table === table && each.chain === rule.target)
    if (rule.target !== 'RETURN' && !verdict && !isChain) continue
    if (meets === undefined) {
      // It depends: of consequence only where it would end the packet's way, or where a chain behind it would.
      const inner = isChain ? pass(ruleset, table, rule.target, packet, depth + 1) : undefined
      if ((isChain && !inner) || verdict === 'translate') continue
      return { verdict: 'unknown', chain, rule: rule.text }
    }
    if (rule.target === 'RETURN') return undefined
    if (verdict) return { verdict, chain, rule: rule.text }
    const inner = pass(ruleset, table, rule.target, packet, depth + 1)
    if (inner || / -g /.test(rule.text)) return inner
  }
  return undefined
}

/** Whether a packet meets all of a rule's matches; undefined where that cannot be told from the rules alone. */
export function matches(rule: Rule, packet: XtPacket): boolean | undefined {
  const words = rule.text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
  const end = words.findIndex((word) => word === '-j' || word === '-g')
  let sure: boolean | undefined = true
  for (let i = 2; i < (end < 0 ? words.length : end); i++) {
    const not = words[i] === '!'
    if (not) i++
    const option = words[i]!
    if (option === '-m' || option === '--comment') {
      i++
      continue
    }
    const met = meets(option, words[i + 1] ?? '', packet)
    i++
    if (met === undefined) sure = undefined
    else if (met === not) return false
  }
  return sure
}

function meets(option: string, value: string, packet: XtPacket): boolean | undefined {
  switch (option) {
    case '-i':
      return device(value, packet.input)
    case '-o':
      return device(value, packet.output)
    case '-s':
      return inSubnet(packet.source, value)
    case '-d':
      return inSubnet(packet.destination, value)
    case '-p':
      return value === 'all' || value === packet.protocol
    case '--dport':
    case '--dports':
      return packet.state === 'NEW' ? value.split(',').some((port) => inRange(packet.port, port)) : undefined
    case '--sport':
    case '--sports':
      return packet.state === 'NEW' ? false : value.split(',').some((port) => inRange(packet.port, port))
    case '--ctstate':
    case '--state':
      return value.split(',').includes(packet.state)
    // The packet comes from a container and goes to the outside: neither address is the host's own.
    case '--dst-type':
    case '--src-type':
      return !value.split(',').includes('UNICAST') && packet.state === 'NEW' ? false : undefined
    default:
      return undefined
  }
}

const device = (pattern: string, name: string): boolean =>
  pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name

function inRange(port: number, range: string): boolean {
  const [low = '', high = low] = range.split(':')
  return port >= Number(low) && port <= Number(high || 65535)
}
