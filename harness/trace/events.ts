import type { Hook } from './trace.ts'

/** A packet as a line of `nft -a monitor trace` shows it. */
export interface Header {
  protocol: 'tcp' | 'udp' | 'icmp'
  source: string
  destination: string
  /** For ICMP both are its identifier. */
  sourcePort: number
  destinationPort: number
  /** TCP's flags as one number; ICMP's type. */
  flags: number
  /** The packet's IP identification. */
  id: number
  input: string
  output: string
  /** The frame's destination hardware address; empty where it is not shown. */
  mac: string
}

/** One line: a packet that enters a chain, a rule that it meets, or the chain's verdict. */
export interface TraceEvent {
  trace: string
  table: string
  chain: string
  header?: Header
  /** The rule's text without counters, and its handle. */
  rule?: { text: string; handle: number }
  /** `accept`, `drop`, `continue`, `jump X`, `policy drop`, … */
  verdict?: string
}

/** A bracket that a packet came to. */
export interface Step {
  family: 'ip' | 'bridge' | 'netdev'
  hook: Hook
  /** `first`, `last`, or the table of iptables that it stands behind. */
  where: string
  input: string
  output: string
}

/** A chain's decision, and the number of brackets that the packet had passed by then. */
export interface Decision extends TraceEvent {
  hook: Hook
  after: number
}

/** One packet's path, in order. */
export interface TracedPacket {
  /** The packet as it was first and last seen. */
  first: Header
  last: Header
  steps: Step[]
  decisions: Decision[]
}

/** The last IP hook that saw a packet; without one, the last hook of any family. */
export const lastOf = ({ steps }: TracedPacket): Step =>
  steps.findLast(({ family }) => family === 'ip') ?? steps.at(-1)!

const line = /^trace id (\w+) (\S+ \S+) (\S+) (packet:|rule|verdict|policy|unknown) ?(.*)$/
// nft prints verdicts whose names its library does not know as numbers. Source: linux/netfilter.h.
const numbers: Record<string, string> = { '0x0': 'drop', '0x1': 'accept', '0x2': 'stolen', '0x3': 'queue' }

/** Reads the lines of `nft -a monitor trace`; skips others, such as notes of lost events. */
export const readEvents = (lines: readonly string[]): TraceEvent[] =>
  lines.flatMap((text): TraceEvent[] => {
    const [, trace = '', table, chain, kind, rest = ''] = text.trim().match(line) ?? []
    if (!table || !chain) return []
    if (kind === 'packet:') {
      const header = readHeader(rest)
      return header ? [{ trace, table, chain, header }] : []
    }
    if (kind === 'policy') return [{ trace, table, chain, verdict: `policy ${named(rest)}` }]
    if (kind === 'verdict') return [{ trace, table, chain, verdict: named(rest) }]
    const [, rule = rest, handle, verdict = ''] =
      rest.match(/^(.*?)(?: # handle (\d+))? \(verdict ([^()]*)\)(?: meta mark \S+)?\s*$/) ?? []
    const bare = rule.replace(/ ?counter packets \d+ bytes \d+/, '').trim()
    return [{ trace, table, chain, rule: { text: bare, handle: Number(handle ?? 0) }, verdict: named(verdict) }]
  })

// The packet's mark follows, where it has one.
function named(text: string): string {
  const verdict = text.replace(/ meta mark \S+\s*$/, '').trim()
  return numbers[verdict] ?? verdict
}

function readHeader(text: string): Header | undefined {
  const word = (pattern: RegExp): string => text.match(pattern)?.[1] ?? ''
  const source = word(/\bip saddr (\S+)/)
  const protocol = word(/ (tcp|udp) sport /) || (/ icmp (type|id|code) /.test(text) ? 'icmp' : '')
  if (source === '' || protocol === '') return undefined
  const echo = Number(word(/ icmp id (\d+)/))
  return {
    protocol: protocol as Header['protocol'],
    source,
    destination: word(/\bip daddr (\S+)/),
    sourcePort: protocol === 'icmp' ? echo : Number(word(/ sport (\d+)/)),
    destinationPort: protocol === 'icmp' ? echo : Number(word(/ dport (\d+)/)),
    flags:
      protocol === 'icmp' ? icmpType(word(/ icmp type (\S+)/)) : flagsOf(word(/ tcp flags (?:== )?(.*?)(?= tcp |$)/)),
    id: Number(word(/\bip id (\d+)/)),
    input: word(/\biif "([^"]*)"/),
    output: word(/\boif "([^"]*)"/),
    mac: word(/ ether daddr (\S+)/),
  }
}

const bits: Record<string, number> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }

/** nft prints a single flag by name, and several as a number or as names. */
const flagsOf = (text: string): number =>
  text.startsWith('0x')
    ? Number.parseInt(text, 16)
    : text.split(/[ |,]+/).reduce((all, name) => all | (bits[name] ?? 0), 0)

const icmpType = (text: string): number => ({ 'echo-request': 8, 'echo-reply': 0 })[text] ?? (Number(text) || 255)
