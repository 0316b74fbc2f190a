import { type Hook, hooks } from './trace.ts'

/** One line of `nft -a monitor trace`: a packet shown to a chain, a rule it met, or the chain's last word. */
export interface TraceEvent {
  table: string
  chain: string
  /** Addresses, where the line shows the packet. */
  packet?: { source: string; destination: string; input: string; output: string }
  /** The rule's text without counters, and its handle. */
  rule?: { text: string; handle: number }
  /** `accept`, `drop`, `continue`, `jump X`, `policy drop`, … */
  verdict?: string
}

/** One packet's way, in order. The trace id is no help: it changes between prerouting and forward. */
export interface TracedPacket {
  source: string
  destination: string
  /** Source when it was last seen. */
  sourceAtEnd: string
  /** The bracket where it was last seen. */
  last: { hook: Hook; where: string }
  /** The devices of the last bracket that knew them. */
  input: string
  output: string
  events: (TraceEvent & { hook: Hook })[]
}

const line = /^trace id \w+ (\S+ \S+) (\S+) (packet:|rule|verdict|policy|unknown) ?(.*)$/
// Verdicts that a library does not know by name are printed as numbers. Source: linux/netfilter.h.
const numbers: Record<string, string> = { '0x0': 'drop', '0x1': 'accept', '0x2': 'stolen', '0x3': 'queue' }

/** Reads the lines of `nft -a monitor trace`; others (a lost event among them) are left out. */
export const readEvents = (lines: readonly string[]): TraceEvent[] =>
  lines.flatMap((text): TraceEvent[] => {
    const [, table, chain, kind, rest = ''] = text.trim().match(line) ?? []
    if (!table || !chain) return []
    if (kind === 'packet:') return [{ table, chain, packet: readPacket(rest) }]
    if (kind === 'policy') return [{ table, chain, verdict: `policy ${rest.trim()}` }]
    if (kind === 'verdict') return [{ table, chain, verdict: named(rest) }]
    const [, rule = rest, handle, verdict = ''] = rest.match(/^(.*?)(?: # handle (\d+))? \(verdict (.*)\)$/) ?? []
    const bare = rule.replace(/ ?counter packets \d+ bytes \d+/, '').trim()
    return [{ table, chain, rule: { text: bare, handle: Number(handle ?? 0) }, verdict: named(verdict) }]
  })

const named = (verdict: string): string => numbers[verdict.trim()] ?? verdict.trim()

function readPacket(text: string): NonNullable<TraceEvent['packet']> {
  const word = (pattern: RegExp): string => text.match(pattern)?.[1] ?? ''
  return {
    source: word(/\bip saddr (\S+)/),
    destination: word(/\bip daddr (\S+)/),
    input: word(/\biif "([^"]*)"/),
    output: word(/\boif "([^"]*)"/),
  }
}

/** Tells the packets apart by the brackets they passed: each begins at the very first one. */
export function packetsOf(events: readonly TraceEvent[]): TracedPacket[] {
  const packets: TracedPacket[] = []
  for (const event of events) {
    const [, hook, where] = /^ip dockfault_trace_\d+$/.test(event.table)
      ? (event.chain.match(/^([a-z]+)_([a-z]+)$/) ?? [])
      : []
    if (hook && where && event.packet) {
      const { source, destination, input, output } = event.packet
      const at = { hook: hook as Hook, where }
      if (hook === hooks[0] && where === 'first')
        packets.push({ source, destination, sourceAtEnd: source, last: at, input, output, events: [] })
      const packet = packets.at(-1)
      if (packet) {
        packet.last = at
        packet.sourceAtEnd = source
        packet.input = input || packet.input
        packet.output = output || packet.output
      }
    } else if (!hook && !event.packet) {
      const packet = packets.at(-1)
      packet?.events.push({ ...event, hook: packet.last.hook })
    }
  }
  return packets
}
