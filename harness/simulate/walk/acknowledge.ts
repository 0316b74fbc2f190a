import type { Net } from '../net.ts'
import type { Packet } from '../packet.ts'
import { deathBy } from './hook.ts'
import { type Call, dies, type Next, type State } from './state.ts'

/**
 * The third packet of a TCP connection: it goes the way of the first, and rules take it for one of an established
 * connection. Only the rules are asked again: the way is the same.
 */
export function acknowledge(net: Net, state: State, next: Next): State[] {
  if (state.deaths.length > 0) return next(state)
  const last = state.calls.at(-1)?.after
  if (!last) return next(state)
  const ends = state.calls.reduce<State[]>(
    (states, call) => states.flatMap((each) => recall(net, each, call, last)),
    [state],
  )
  return ends.flatMap(next)
}

function recall(
  net: Net,
  state: State,
  { family, hook, place, device, before, after }: Call,
  { dnat, snat, ctMark }: Packet,
): State[] {
  if (state.deaths.length > 0) return [state]
  const { source, sourcePort, destination, destinationPort } = after
  const priority = hook === 'prerouting' || hook === 'output' ? -100 : 100
  const translated =
    source !== before.source ||
    destination !== before.destination ||
    sourcePort !== before.sourcePort ||
    destinationPort !== before.destinationPort
  const packet = {
    ...before,
    state: before.state === 'new' ? 'established' : before.state,
    flags: 'ack',
    tracked: false,
    dnat,
    snat,
    ctMark,
  } as const
  const worlds = net.firewall.pass(
    family,
    hook,
    packet,
    device,
    translated
      ? {
          untranslate: { priority, apply: (third) => ({ ...third, source, sourcePort, destination, destinationPort }) },
        }
      : {},
  )
  return worlds.flatMap(({ doubts, terminating }) => {
    if (doubts.some(({ key, holds }) => state.doubts.some((known) => known.key === key && known.holds !== holds)))
      return []
    const known = {
      ...state,
      doubts: [...state.doubts, ...doubts.filter(({ key }) => !state.doubts.some((each) => each.key === key))],
    }
    const [first] = terminating
    if (!first) return [known]
    const death = deathBy(first, 'out', place)
    return [dies({ ...known, way: 'out' }, { ...death, says: `${death.says}, once the connection is established` })]
  })
}
