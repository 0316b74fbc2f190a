import type { Answer } from './answer.ts'
import type { Ending } from './build.ts'
import { dropEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import { lastOf, type TracedPacket } from './events.ts'
import { noNeighbour, silentOn } from './neighbours.ts'
import { senderOf } from './trace.ts'

/** The ending where an answer passed all hooks but did not arrive at the flow's sender. */
export function notTaken(context: Context, out: TracedPacket, back: TracedPacket | undefined, answer: Answer): Ending {
  const { flow, facts, computed, marks } = context
  const known = computed.home
  if (known && computed.isCertain()) {
    const ending = dropEnding(known, facts)
    if (marks.last!.location === 'container' && known.location !== 'container') marks.cut(marks.all.length - 1)
    marks.closeAt('back', known.location, ending.summary)
    return ending
  }
  const silent = back && silentOn(answer.silent, back.last.output, back.last.destination, facts)
  if (silent) return noNeighbour(context, 'back', silent)
  const strange = back && (elsewhere(context, back) ?? unexpected(context, out, back))
  if (strange) return strange
  const summary = `the answer came as far as ${flow.bridge || 'the host'}, but ${senderOf(flow)} did not receive it`
  return { end: 'unclear', summary: known ? `${summary}. ${computed.doubt}` : summary }
}

/** The host takes an answer for itself that belongs to another sender: nothing translates it back. */
function elsewhere({ flow, marks }: Context, back: TracedPacket): Ending | undefined {
  if (flow.from?.at === 'host' || lastOf(back).hook !== 'input') return undefined
  const message = `the answer to ${back.last.destination} ends at the host itself`
  marks.endAt('back', 'routing', message)
  return { end: 'no-route', summary: message }
}

/** The answer comes from another address or port than the request went to. */
function unexpected({ flow, marks }: Context, { first }: TracedPacket, { last }: TracedPacket): Ending | undefined {
  const end = (address: string, port: number): string => (flow.protocol === 'icmp' ? address : `${address}:${port}`)
  const expected = end(first.destination, first.destinationPort)
  const came = end(last.source, last.sourcePort)
  if (came === expected) return undefined
  const message = `the answer comes from ${came}, but the request went to ${expected}: the sender does not accept it`
  marks.closeAt('back', flow.from?.at === 'outside' ? 'uplink' : marks.last!.location, message)
  return { end: 'source-check', summary: message }
}
