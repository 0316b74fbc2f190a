import type { Header, Step, TracedPacket, TraceEvent } from './events.ts'
import type { Hook } from './trace.ts'

/**
 * Separates the packets that the brackets saw. A trace's own id is not enough: it changes from hook to hook, and
 * another packet may get it again. Addresses change by translation, but not from one hook to the next.
 */
export function packetsOf(events: readonly TraceEvent[]): TracedPacket[] {
  const packets: TracedPacket[] = []
  const byTrace = new Map<string, TracedPacket>()
  const byHeader = new Map<string, TracedPacket>()
  for (const event of events) {
    const { trace, header } = event
    const step = header && stepOf(event, header)
    if (header) {
      const known = [byTrace.get(trace), byHeader.get(keyOf(header))].find(
        (each) => each && isSame(each.last, header) && (!step || follows(each.steps, step)),
      )
      // A packet without a first bracket belongs to a connection that was marked midway.
      const packet = known ?? { first: header, last: header, steps: [], decisions: [] }
      if (!known) packets.push(packet)
      packet.last = { ...header, input: header.input || packet.last.input, output: header.output || packet.last.output }
      if (step) packet.steps.push(step)
      byTrace.set(trace, packet)
      byHeader.set(keyOf(header), packet)
    } else {
      const packet = byTrace.get(trace)
      const own = packet && hookOf(event.table, packet.steps)
      if (own && !isBracket(event)) packet.decisions.push({ ...event, hook: own, after: packet.steps.length })
    }
  }
  return packets
}

const isBracket = ({ table }: TraceEvent): boolean => / dockfault_trace_[\d_]+$/.test(table)

function stepOf(event: TraceEvent, { input, output }: Header): Step | undefined {
  const [, hook, where] = isBracket(event) ? (event.chain.match(/^([a-z]+)\d*_([a-z]+)$/) ?? []) : []
  if (!hook || !where) return undefined
  return { family: event.table.split(' ')[0] as Step['family'], hook: hook as Hook, where, input, output }
}

// nft does not print a chain's hook with its decision: it is the hook of the last bracket.
const hookOf = (table: string, steps: readonly Step[]): Hook | undefined => {
  const last = steps.at(-1)
  const family = /^(bridge|netdev) /.exec(table)?.[1] ?? 'ip'
  // A table of family inet may have a chain at a device.
  if (last?.family === 'netdev' && last.where === 'first' && family !== 'bridge') return last.hook
  return (steps.findLast((step) => step.family === family) ?? last)?.hook
}

const keyOf = ({ protocol, source, sourcePort, destination, destinationPort, flags, id }: Header): string =>
  [protocol, source, sourcePort, destination, destinationPort, flags, id].join(' ')

// The fields that no translation changes.
const isSame = (a: Header, b: Header): boolean => a.protocol === b.protocol && a.flags === b.flags && a.id === b.id

/**
 * Whether a packet that came to these brackets can come to this one: a packet that is sent again starts from the
 * beginning.
 */
function follows(steps: readonly Step[], { family, hook, where }: Step): boolean {
  const last = steps.at(-1)
  if (!last || where !== 'first') return true
  const been = steps.some((step) => step.family === family && step.hook === hook)
  if (family !== 'ip') return !been || hook === 'ingress'
  if (hook === 'output') return false
  // By lo it comes back.
  if (hook === 'prerouting')
    return !been && (last.family !== 'ip' || (last.hook === 'postrouting' && last.output === 'lo'))
  return !been
}
