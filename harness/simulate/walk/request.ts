import type { LinkFact } from '../../evidence/facts.ts'
import { familyOf } from '../../lib/ip.ts'
import type { Net } from '../net.ts'
import { sourceOn } from '../rules/own-addresses.ts'
import { isLocal } from '../stack.ts'
import { exchange, type Speaker, speaker } from './arp.ts'
import { type Silence, silence } from './arp-answer.ts'
import { lockOf } from './port.ts'
import { isFound, type Receiver, type Segment, unplugged } from './segment.ts'
import { addressed, meant, type Sender, type Then } from './sender.ts'
import { dies, type State, withDoubt } from './state.ts'
import { outsideItsBridge, unanswered } from './unanswered.ts'

interface Candidate {
  who: Receiver
  silent: Silence | undefined
}

/** Sends a request to everything on the link. Source: linux/net/ipv4/arp.c, arp_solicit. */
export function query(net: Net, state: State, sender: Sender, nextHop: string, next: Then): State[] {
  const source = sourceOf(sender, state, nextHop)
  const all = candidates(net, sender, source, nextHop)
  const answering = all.filter(({ silent }) => silent === undefined)
  if (answering.length > 1) {
    const message = `Both ${answering.map(({ who }) => nameOf(who)).join(' and ')} answer for ${nextHop} on ${sender.segment.device.name}.`
    const doubt = {
      message,
      kind: 'other',
      key: `who answers for ${nextHop}`,
      settle: `arping -I ${sender.segment.device.name} ${nextHop}`,
    } as const
    return answering
      .slice(0, 2)
      .flatMap((each, index) =>
        hear(net, withDoubt(state, { ...doubt, holds: index === 0 }), sender, source, nextHop, each, next),
      )
  }
  const [first] = answering
  if (first) return hear(net, state, sender, source, nextHop, first, next)
  const [port] = sender.segment.foreign
  if (port) return next(state, { is: 'elsewhere', port })
  const nobody = { message: unanswered(net, state, sender, nextHop) }
  const silent = all.find((each) => each.silent?.message)?.silent ?? nobody
  const who = meant(net, sender.segment, sender.stack, nextHop)
  const loose = outsideItsBridge(net, sender, nextHop)
  return hear(
    net,
    loose ? dies(state, unplugged(loose)) : state,
    sender,
    source,
    nextHop,
    { who: who ?? { is: 'elsewhere', port: undefined }, silent },
    (after) => next(after, who),
  )
}

/** The sender's own address, to which the answer should go. */
function sourceOf({ stack, link }: Sender, { packet }: State, nextHop: string): string {
  if (packet.family === 6) return packet.source
  if (isLocal(stack, packet.source)) return packet.source
  return sourceOn(stack.links, link.name, nextHop) ?? '0.0.0.0'
}

function candidates(net: Net, { stack, segment, port }: Sender, source: string, nextHop: string): Candidate[] {
  const host: Candidate[] =
    stack.name === '' ? [] : [{ who: { is: 'host' }, silent: silence(net.host, segment.device, source, nextHop) }]
  const holders = net.holders.get(segment.device.name)?.get(nextHop) ?? []
  const others = holders.flatMap((to): Candidate[] => {
    if (to.container === stack.name) return []
    const own = net.containers.get(to.container)
    const unheard = (port && unflooded(to.device, nextHop)) ?? lockOf(net, to.device)
    const silent = unheard ?? (own && silence(own, to.link, source, nextHop))
    return [{ who: { is: 'container', to, queried: true }, silent }]
  })
  return [...host, ...others]
}

/**
 * Why a request from another port does not go out by a port; the bridge's own go to all ports. Source:
 * linux/net/bridge/br_forward.c, br_flood.
 */
function unflooded({ name, port, master }: LinkFact, sought: string): Silence | undefined {
  if (port?.broadcasts !== false || familyOf(sought) === 6) return undefined
  const message = `${master} passes no broadcasts to ${name}, so the request for ${sought} does not arrive there`
  return { message, setting: { name: `${name} bcast_flood`, value: 'off' } }
}

const nameOf = (who: Receiver): string =>
  who.is === 'host' ? 'the host' : who.is === 'container' ? who.to.container : 'another'

/** Simulates the request and its answer; then both sides know each other. */
function hear(
  net: Net,
  state: State,
  sender: Sender,
  source: string,
  sought: string,
  { who, silent }: Candidate,
  next: Then,
): State[] {
  const { stack, link, port, segment } = sender
  const asker = speaker(stack.name, port?.name ?? '', link)
  const question = {
    asker,
    holder: speakerOf(who, segment),
    source,
    sought,
    device: segment.device.name,
    bridged: segment.bridged,
    location: 'bridge' as const,
  }
  return exchange(net, state, question, silent, (heard) => {
    const lost = silent === undefined && port !== undefined && !isFound(net, port, link.mac)
    const message = `the answer for ${sought} does not arrive at ${stack.name}: learning and flooding are off for ${port?.name}`
    const drop = { location: 'bridge', end: 'no-neighbour', message, namesAnswer: true } as const
    const after = lost ? dies(heard, { ...drop, neighbour: { address: sought, isNamed: false } }) : heard
    const device = segment.device.name
    const met = [
      { by: stack.name, device, address: sought, who },
      ...(who.is === 'elsewhere'
        ? []
        : [{ by: who.is === 'host' ? '' : who.to.container, device, address: source, who: itself(net, sender) }]),
    ]
    return next(addressed({ ...after, acquainted: [...after.acquainted, ...met] }, sender, who), who)
  })
}

function itself({ attachments }: Net, { stack, segment, port }: Sender): Receiver {
  const to = stack.name === '' ? undefined : attachments.get(port?.name ?? segment.device.name)
  return to ? { is: 'container', to } : { is: 'host' }
}

const speakerOf = (who: Receiver, { device, bridged }: Segment): Speaker =>
  who.is === 'host'
    ? speaker('', '', device)
    : who.is === 'container'
      ? speaker(who.to.container, bridged ? who.to.device.name : '', who.to.link)
      : speaker('outside', who.port?.name ?? '')
