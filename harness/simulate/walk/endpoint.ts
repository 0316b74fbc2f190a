import { capital } from '../../lib/text.ts'
import type { Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { answer } from './answer.ts'
import { listenerAt, takes } from './deliver.ts'
import { answersOf } from './outside.ts'
import { isProxy, proxied, proxyTarget } from './proxy.ts'
import { dies, mayDie, type Next, type State } from './state.ts'
import { translationOf } from './translation-of.ts'

/** The first packet has come as far as it goes: whoever takes it there answers. */
export function reached(flow: Flow, net: Net, state: State): State[] {
  const { position } = state
  const respond: Next = (heard) => answer(flow, net, heard)
  if (position.at === 'outside') return answersOf(flow, net, state, respond)
  return position.at === 'container'
    ? inContainer(flow, net, state, position.container, respond)
    : atHost(flow, net, state)
}

/** In a container the program answers that listens there; that of a published port has to. */
export function inContainer(flow: Flow, net: Net, state: State, container: string, respond: Next): State[] {
  const { destination, destinationPort, protocol } = state.packet
  const own = net.facts.containers.find((each) => each.container === container)
  const asks = (protocol === 'tcp' || protocol === 'udp') && (flow.kind === 'published' || net.isExact)
  if (!asks || !own?.read || takes(own.listeners, destination, destinationPort, protocol)) return respond(state)
  const others = own.listeners.filter((each) => each.protocol === protocol && each.port === destinationPort)
  const where = others.length > 0 ? `, only at ${others.map(({ address }) => address).join(', ')}` : ''
  const message = `it reaches ${container}, and nothing in there listens at ${destination}:${destinationPort}/${protocol}${where}`
  // One that listens at another address is there, and will not do.
  const [other] = others
  const setting = other && { name: `listener of ${container}`, value: other.address }
  return respond(dies(state, { location: 'container', end: 'no-listener', message, ...(setting && { setting }) }))
}

/** On the host a program answers: of a published port, Docker's proxy, by a connection of its own to the container. */
function atHost(flow: Flow, net: Net, state: State): State[] {
  const { destination, destinationPort, protocol } = state.packet
  if (protocol === 'icmp' || protocol === 'icmpv6') return answer(flow, net, state)
  const listener = listenerAt(net, destination, destinationPort, protocol)
  // Docker's proxy answers as the container does, whoever was asked for.
  const isKnown = flow.kind === 'published' || proxyTarget(flow, net, destinationPort) !== undefined
  if (listener && isProxy(listener.program) && isKnown) return proxied(flow, net, state)
  if (flow.kind === 'host-service' && !net.isExact) return answer(flow, net, state)
  if (!listener && net.facts.sections.listeners?.status !== 'ok') {
    const message = `What listens on the host at port ${destinationPort} is not known.`
    const doubt = { message, kind: 'listing', key: 'listeners', settle: 'ss -lntup' } as const
    const drop = {
      location: 'input',
      end: 'no-listener',
      message: `nothing may listen at port ${destinationPort}`,
    } as const
    const taken: Next = (lives) => (flow.kind === 'published' ? proxied(flow, net, lives) : answer(flow, net, lives))
    return mayDie(state, drop, doubt, taken)
  }
  if (!listener) {
    const nobody = `nothing on the host listens at ${destination}:${destinationPort}/${protocol}`
    const led = translationOf(state)
    if (!led)
      return [
        dies(state, {
          location: 'input',
          end: 'no-listener',
          message: `no rule passes it on to a container, and ${nobody}`,
        }),
      ]
    const message = `“${led.rule}” in ${led.table} ${led.chain} leads it to the host itself, and ${nobody}`
    return [dies(state, { location: 'input', end: 'no-listener', message, rule: led })]
  }
  if (flow.kind !== 'published') return answer(flow, net, state)
  const message = `port ${destinationPort} of the host is held by ${listener.program || 'a program that cannot be seen'}, which is not Docker’s proxy`
  if (listener.program !== '') return [dies(state, { location: 'input', end: 'no-listener', message })]
  const doubt = {
    message: `${capital(message)}.`,
    kind: 'listing',
    key: `listener ${destinationPort}`,
    settle: `ss -lntup sport = :${destinationPort}`,
  } as const
  return mayDie(state, { location: 'input', end: 'no-listener', message }, doubt, (lives) => proxied(flow, net, lives))
}
