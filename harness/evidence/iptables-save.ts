import type { NftRule } from './sections/rules-native/read.ts'

/** One rule as iptables-save prints it, and the parts by which rules differ. */
export interface Rule {
  table: string
  chain: string
  /** The whole line, without counters: `-A FORWARD -j DOCKER-USER`. */
  text: string
  target?: string
  /** `docker0`, or `!docker0` where negated. */
  input?: string
  output?: string
  source?: string
  destination?: string
  protocol?: string
  /** `--dport`. */
  port?: number
  /** How many packets it matched; only where the listing has counters. */
  packets?: number
  /** nft's listing of the rule, only where the line lacks matches that it has. */
  listed?: NftRule
}

/** Tables, chains with their policies (`-` for user chains), and rules in order. */
export interface Ruleset {
  chains: { table: string; chain: string; policy: string }[]
  rules: Rule[]
}

const endsInQuotes = (line: string, quoted: boolean): boolean =>
  (line.match(/\\.|"/g) ?? []).reduce((inside, found) => (found === '"' ? !inside : inside), quoted)

/**
 * The lines of iptables-save with each rule on one of its own. iptables prints a newline in a comment as it is: what
 * follows it is no rule. It is shown as `␊`.
 */
export function ruleLines(text: string): string[] {
  const lines: string[] = []
  let rule: string[] = []
  for (const line of text.split('\n')) {
    const isOpen = rule.length > 0
    const isRule = isOpen || /^(\[\d+:\d+\] )?-A /.test(line)
    rule.push(line)
    if (isRule && endsInQuotes(line, isOpen)) continue
    lines.push(rule.join('␊'))
    rule = []
  }
  return rule.length > 0 ? [...lines, rule.join('␊')] : lines
}

/** Reads the lines of iptables-save, with or without counters. Comments and lines of another form are left out. */
export function parseIptablesSave(lines: readonly string[]): Ruleset {
  const ruleset: Ruleset = { chains: [], rules: [] }
  let table = ''
  for (const raw of lines) {
    const [counters, packets] = raw.match(/^\[(\d+):\d+\] /) ?? []
    const line = counters ? raw.slice(counters.length) : raw
    const [, chain, policy] = line.match(/^:(\S+) (\S+)/) ?? []
    if (line.startsWith('*')) table = line.slice(1).trim()
    else if (chain) ruleset.chains.push({ table, chain, policy: policy! })
    else if (line.startsWith('-A '))
      ruleset.rules.push({ ...readRule(table, line), ...(packets && { packets: Number(packets) }) })
  }
  return ruleset
}

const fields: Record<string, 'input' | 'output' | 'source' | 'destination' | 'protocol' | 'target'> = {
  '-i': 'input',
  '-o': 'output',
  '-s': 'source',
  '-d': 'destination',
  '-p': 'protocol',
  '-j': 'target',
  '-g': 'target',
}

function readRule(table: string, text: string): Rule {
  // A quoted comment is one word.
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
  const rule: Rule = { table, chain: words[1] ?? '', text }
  for (let i = 2; i < words.length - 1; i++) {
    const field = fields[words[i]!]
    if (field) rule[field] = `${words[i - 1] === '!' ? '!' : ''}${words[++i]}`
    else if (words[i] === '--dport') rule.port = Number(words[++i])
  }
  return rule
}
