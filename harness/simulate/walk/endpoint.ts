import type { HaltedProcess } from '../../evidence/facts.ts'
import { capital } from '../../lib/text.ts'
import type { Drop, Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { answer } from './answer.ts'
import { listenerAt, takerOf } from './deliver.ts'
import { answersOf } from './outside.ts'
import { isProxy, proxied, proxyTarget } from './proxy.ts'
import { queued } from './queued.ts'
import { dies, mayDie, type Next, type State } from './state.ts'
import { translationOf } from './translation-of.ts'

/** The first packet has arrived; its receiver answers. */
export function atDestination(flow: Flow, net: Net, state: State): State[] {
  const { position } = state
  const respond: Next = (heard) => answer(flow, net, heard)
  const aside = flow.kind === 'isolation' && !net.isExact ? besideNetwork(net, state) : undefined
  if (aside) return [aside]
  if (position.at === 'outside') return answersOf(flow, net, state, respond)
  return position.at === 'container'
    ? inContainer(flow, net, state, position.container, respond)
    : atHost(flow, net, state)
}

/** A packet for an isolated network that ends elsewhere, such as at a proxy of the host, does not show the network open. */
function besideNetwork({ facts }: Net, state: State): State | undefined {
  const { position, packet } = state
  if (position.at === 'container') return undefined
  if (position.at === 'outside' && facts.docker.networks.some(({ bridge }) => bridge === position.device))
    return undefined
  const message =
    position.at === 'host'
      ? `the host itself takes it, at ${packet.destination}:${packet.destinationPort}/${packet.protocol}`
      : `it leaves by ${position.device} to ${packet.destination}`
  const { location } = state.path!.last
  return dies(state, { location, end: 'no-container', message, address: packet.destination })
}

/** In a container the listening program answers; a published port and a name server need such a program. */
export function inContainer(flow: Flow, net: Net, state: State, container: string, respond: Next): State[] {
  const { destination, destinationPort, protocol } = state.packet
  const own = net.facts.containers.find((each) => each.container === container)
  const astray = net.isExact ? undefined : anothers(flow, state, container)
  if (astray) return respond(astray)
  const isServed = flow.kind === 'published' || flow.kind === 'names' || net.isExact
  const needsListener = (protocol === 'tcp' || protocol === 'udp') && isServed
  if (!needsListener || !own?.read) return respond(state)
  const taker = takerOf(own.listeners, destination, destinationPort, protocol)
  if (taker) return queued(state, taker, { name: container, pid: own.pid, location: 'container' }, respond)
  const others = own.listeners.filter((each) => each.protocol === protocol && each.port === destinationPort)
  const where = others.length > 0 ? `, only at ${others.map(({ address }) => address).join(', ')}` : ''
  const message = `it arrives at ${container}, but nothing in there listens at ${destination}:${destinationPort}/${protocol}${where}`
  // A program that listens at another address does not receive it.
  const [other] = others
  const setting = other && { name: `listener of ${container}`, value: other.address }
  return respond(dies(state, { location: 'container', end: 'no-listener', message, ...(setting && { setting }) }))
}

/** A packet for a published port that Docker's own chain has sent to another container: its rules are out of date. */
function anothers(flow: Flow, state: State, holder: string): State | undefined {
  if (flow.kind !== 'published' || holder === flow.container || state.way === 'back') return undefined
  const by = translationOf(state)
  if (by?.chain !== 'DOCKER') return undefined
  const address = state.packet.destination
  const message = `“${by.rule}” in ${by.table} ${by.chain} sends it to ${address}, which ${holder} has, and not ${flow.container}`
  return dies(state, { location: 'container', end: 'no-listener', message, rule: by, misled: { by, address, holder } })
}

/** The kernel connects, and the program answers nobody. */
function haltedAt({ name, pid, by }: HaltedProcess, port: number): Omit<Drop, 'way'> {
  const why = by === 'signal' ? 'a signal has stopped it' : 'its cgroup is frozen'
  const message = `${name} (process ${pid}) listens at port ${port} of the host and does not run: ${why}`
  return { location: 'input', end: 'halted', message, setting: { name: `process ${pid}`, value: 'halted' } }
}

/**
 * On the host a program answers. For a published port that is Docker's proxy, by its own connection to the container.
 */
function atHost(flow: Flow, net: Net, state: State): State[] {
  const { destination, destinationPort, protocol } = state.packet
  if (protocol === 'icmp' || protocol === 'icmpv6') return answer(flow, net, state)
  const listener = listenerAt(net, destination, destinationPort, protocol)
  const halted = listener && net.facts.halted.find(({ pid }) => pid === listener.pid)
  if (halted) return [dies(state, haltedAt(halted, destinationPort))]
  // Docker's proxy passes on the container's answer, whatever the flow's destination was.
  const isKnown = flow.kind === 'published' || proxyTarget(flow, net, destinationPort) !== undefined
  const accepted = (then: Next): State[] => queued(state, listener, { name: 'the host', location: 'input' }, then)
  if (listener && isProxy(listener.program) && isKnown) return accepted((taken) => proxied(flow, net, taken))
  if (flow.kind === 'host-service' && !net.isExact) return accepted((taken) => answer(flow, net, taken))
  if (!listener && net.facts.sections.listeners?.status !== 'ok') {
    const message = `What listens on the host at port ${destinationPort} is not known.`
    const doubt = { message, kind: 'listing', key: 'listeners', settle: 'ss -lntup' } as const
    const drop = {
      location: 'input',
      end: 'no-listener',
      message: `perhaps nothing listens at port ${destinationPort}`,
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
          message: `no rule sends it to a container, and ${nobody}`,
        }),
      ]
    const message = `“${led.rule}” in ${led.table} ${led.chain} sends it to the host itself, and ${nobody}`
    return [dies(state, { location: 'input', end: 'no-listener', message, rule: led })]
  }
  if (flow.kind !== 'published') return accepted((taken) => answer(flow, net, taken))
  // Without its proxy dockerd holds the port, so that nobody else takes it. The kernel connects, and nobody answers.
  const message =
    listener.program === 'dockerd'
      ? `no rule sends it to a container, and dockerd only reserves port ${destinationPort} of the host: its proxy is off`
      : `port ${destinationPort} of the host belongs to ${listener.program || 'a program that cannot be seen'}, which is not Docker’s proxy`
  if (listener.program !== '') return [dies(state, { location: 'input', end: 'no-listener', message })]
  const doubt = {
    message: `${capital(message)}.`,
    kind: 'listing',
    key: `listener ${destinationPort}`,
    settle: `ss -lntup sport = :${destinationPort}`,
  } as const
  return mayDie(state, { location: 'input', end: 'no-listener', message }, doubt, (lives) => proxied(flow, net, lives))
}
