import type { LinkFact } from '../../evidence/facts.ts'
import { invocation } from '../../lib/invocation.ts'
import { isPublic } from '../../lib/ip.ts'
import { capital } from '../../lib/text.ts'
import type { Flow } from '../flow.ts'
import type { Net } from '../net.ts'
import { largestPacket, limitedTo } from '../packet.ts'
import type { RuleStep } from '../rules/index.ts'
import { leavesReceiver, sentAway } from './away.ts'
import { culprit, fewRouters, lifeFrom } from './life.ts'
import { answeredBeside } from './seen-answers.ts'
import { largestOf } from './sizes.ts'
import { at, dies, mayDie, type Next, type State, withPacket } from './state.ts'

/**
 * A packet that left the host needs an answer, from a machine with a route back to its source. The machine itself is
 * assumed to answer where the flow is for it.
 */
export function answersOf(flow: Flow, net: Net, state: State, next: Next): State[] {
  const { position, packet } = state
  if (position.at !== 'outside') return next(state)
  const link = net.host.links.get(position.device)
  const left = at(state, 'uplink', position.device, `it leaves as ${packet.source}`)
  if (packet.life && packet.life.left <= fewRouters && !net.isExact)
    return shortLived(left, packet.life, (lives) => answersOf(flow, net, withPacket(lives, { life: undefined }), next))
  if (leavesReceiver(flow, net, position.device)) return sentAway(flow, net, left, position.device, next)
  const known = link?.ips.some(({ address }) => address === packet.source) ?? false
  if (known) return next(sized(flow, net, left, link))
  return unknownSource(flow, net, left, position.device, (lives) => next(sized(flow, net, lives, link)))
}

/** A packet with a short time to live, which routers behind the uplink may not forward. */
function shortLived(state: State, life: NonNullable<State['packet']['life']>, next: Next): State[] {
  const { left, by } = life
  const leaves = `It leaves with a time to live of ${left}, because of ${lifeFrom(life)}`
  const message = `${leaves}: whether it arrives depends on how many routers there are.`
  const doubt = {
    message,
    kind: 'other',
    key: `time to live ${left}`,
    settle: invocation('diagnose', '--trace'),
  } as const
  const drop = {
    location: 'uplink',
    end: 'dropped',
    message: leaves,
    ...culprit(by),
  } as const
  return mayDie(state, drop, doubt, next)
}

function unknownSource(flow: Flow, net: Net, state: State, device: string, next: Next): State[] {
  const { facts } = net
  const { source, destination, untrackedBy } = state.packet
  // A client outside is no container, wherever rules send its packets.
  const own = source === flow.source && (flow.from.at === 'container' || flow.kind === 'forwarded')
  const network = facts.docker.networks.find(({ name }) => name === flow.network)
  const answered = answeredBeside(net, network, device, destination)
  // Conntrack has seen answers to such a source, so the outside has a route to it.
  if (answered.some((each) => each.source === each.replyTo)) return next(state)
  const message = own
    ? `it leaves with the ${flow.container === '' ? 'guest' : 'container'}’s own address ${source}`
    : `it leaves as ${source}`
  const exempted = untrackedBy ?? exemptedBy(state)
  const does = untrackedBy
    ? 'keeps it from conntrack, without which NAT translates nothing'
    : 'ends NAT for it before a rule masquerades it'
  const why = exempted ? `“${exempted.rule}” in ${exempted.table} ${exempted.chain} ${does}` : 'no rule masquerades it'
  const drop = {
    location: 'postrouting',
    end: 'unmasqueraded',
    message: `${why}: ${message}, and no answer has a route back`,
    ...(exempted && { rule: exempted }),
  } as const
  const routed =
    network?.options['com.docker.network.bridge.enable_ip_masquerade'] === 'false' && network.name !== 'bridge'
  const mode = Object.entries(network?.options ?? {}).some(
    ([name, value]) => /gateway_mode/.test(name) && value === 'routed',
  )
  if (own && !routed && !mode && !(source.includes(':') && isPublic(source))) return next(dies(state, drop))
  // The flow is already dropped: its answers decide nothing.
  if (state.drops.length > 0) return next(state)
  const doubt = {
    message: `${capital(message)}: whether the outside has a route back to it cannot be seen on this host.`,
    kind: 'other',
    key: `way back to ${source}`,
    settle: `conntrack -L --src-nat; ${invocation('diagnose', '--trace')}`,
  } as const
  return mayDie(state, drop, doubt, next)
}

/** The rule that has accepted a packet in a chain of source NAT, so that no later rule there translates it. */
function exemptedBy({ path }: State): RuleStep | undefined {
  for (let at = path; at; at = at.before)
    if (at.last.location === 'postrouting')
      return at.last.rules.findLast(
        ({ verdict, table, rule }) => verdict === 'accept' && table === 'ip nat' && !rule.startsWith('policy'),
      )
  return undefined
}

/** The far end sizes its answers for the flow's sender, whose link may have a larger MTU than the host's uplink. */
function sized(flow: Flow, net: Net, state: State, link: LinkFact | undefined): State {
  const { size, protocol } = flow
  if (size !== 'full' || !link) return state
  const offered = Math.max(largestPacket(state.packet), largestOf(flow.container, net))
  if (protocol === 'tcp' && link.mtu > 0 && offered > link.mtu && !state.clampsMss)
    return { ...state, narrow: { device: link.name, mtu: link.mtu, offered } }
  return withPacket(state, limitedTo(state.packet, Math.min(offered, link.mtu || offered)))
}

/** Ends a walk whose large answers may not fit the path. */
export function narrowed({ facts }: Net, state: State, next: Next): State[] {
  const { narrow } = state
  if (!narrow || state.drops.length > 0) return next(state)
  const { device, mtu, offered } = narrow
  const message = `Containers accept packets of ${offered} bytes, and ${device} takes ${mtu}: answers of that size arrive only if the path fragments them or reports its size to their sender, which cannot be seen on this host.`
  const doubt = {
    message,
    kind: 'other',
    key: `path behind ${device}`,
    settle: invocation('diagnose', '--trace'),
  } as const
  const drop = {
    location: 'uplink',
    end: 'too-large',
    message: `large answers may not fit ${device} (${mtu} bytes, containers accept ${offered})`,
    namesAnswer: true,
    setting: { name: `${device} mtu`, value: String(mtu) },
  } as const
  if (facts.settled?.includes(doubt.key)) return [dies(state, drop)]
  return mayDie(state, drop, doubt, next)
}
