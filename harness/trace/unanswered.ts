import type { Facts } from '../evidence/facts.ts'
import type { Drop } from '../simulate/index.ts'
import { type Answer, isRefused } from './answer.ts'
import { isBare } from './arrival.ts'
import type { Ending } from './build.ts'
import { dropEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import { lastOf, type TracedPacket } from './events.ts'
import { isBridged } from './links.ts'
import { noNeighbour, type SilentNeighbour, setByHandOn, silentOn } from './neighbours.ts'
import { refused } from './refused.ts'
import { shortcut } from './shortcut.ts'
import { containerOf } from './trace.ts'
import { noWayBack } from './way-back.ts'

interface Known {
  drop: Drop
  isCertain: boolean
}

/** The ending of a packet that passed all hooks, and whose answer was not seen at the first hook on the way back. */
export function unanswered(context: Context, out: TracedPacket, answer: Answer): Ending {
  const { flow, facts, computed, marks } = context
  const { output, source, destination, destinationPort } = out.last
  const atHost = lastOf(out).hook === 'input'
  if (isBare(context, out)) return unmasqueraded(context, out)
  if (isRefused(answer)) return refused(context, out)
  const silent = atHost ? undefined : silentOn(answer.silent, output, destination, facts)
  if (silent) return noNeighbour(context, 'out', silent)
  const deaf = atHost ? undefined : deafTo(answer.silentThere, source, facts)
  if (deaf) return noNeighbour(context, 'back', deaf, output)
  const known = atHost ? atHostDrop(context, out, answer) : beyond(context)
  if (known?.isCertain) {
    const { drop } = known
    const ending = dropEnding(drop, facts)
    if (drop.way === 'out') marks.endAt('out', drop.location, ending.summary)
    else marks.push({ way: drop.way, location: drop.location, message: ending.summary })
    return ending
  }
  const past = shortcut(context, out)
  if (past) return past
  if (known) return { end: 'unclear', summary: computed.doubt }
  const nobody = (summary: string): Ending => ({ end: 'no-answer', summary })
  if (atHost) return nobody(`nothing on the host answers at ${destination}`)
  if (isBridged(facts, output)) return nobody(`it left by ${output} for ${destination}, and no answer came from there`)
  const byHand = setByHandOn(output, destination, facts)
  if (byHand) {
    const message = `${byHand.address} on ${output} is set to the hardware address ${byHand.mac} by hand: whether that is right is not known`
    return { end: 'unclear', summary: `it left by ${output} as ${source}, and no answer came. ${message}` }
  }
  const port = flow.protocol === 'icmp' || destination === flow.address ? '' : `:${destinationPort}`
  return nobody(`it left by ${output} as ${source}, and no answer came from ${destination}${port}`)
}

/** The container received the packet, but its next hop on the way back (the sender or its gateway) does not answer. */
const deafTo = (all: Answer['silentThere'], source: string, { links }: Facts): SilentNeighbour | undefined =>
  all.find(({ address }) => address === source) ??
  all.find(({ address }) => links.some(({ addresses }) => addresses.includes(address)))

const beyond = ({ computed }: Context): Known | undefined =>
  computed.beyond && { drop: computed.beyond, isCertain: computed.isCertain() }

function unmasqueraded({ flow }: Context, { first, last: { output, source } }: TracedPacket): Ending {
  const whose = containerOf(flow) !== undefined ? 'the container’s own address' : 'its sender’s own address'
  const leaves =
    source === first.source
      ? `no rule masquerades it: it leaves by ${output} with ${whose}, ${source}`
      : `it leaves by ${output} as ${source}`
  return { end: 'unmasqueraded', summary: `${leaves}, and no answer has a route back` }
}

/** The drop of the host's own answer before any hook sees it, and whether it is certain. */
function atHostDrop({ facts, computed }: Context, out: TracedPacket, { back }: Answer): Known | undefined {
  const known = computed.dropAt('out', 'input') ?? computed.dropAt('back', 'routing')
  const isCertain = computed.isCertain()
  if (known && isCertain) return { drop: known, isCertain }
  const none = noWayBack(out, back, facts)
  if (none) return { drop: none, isCertain: true }
  const routing = computed.walk.drop
  if (known) return { drop: known, isCertain }
  if (routing?.location !== 'routing' || routing.address !== out.first.source) return undefined
  return { drop: { ...routing, way: 'back' }, isCertain }
}
