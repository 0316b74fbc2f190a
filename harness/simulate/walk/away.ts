import { readConnections } from '../../evidence/connection.ts'
import { inPrefix, isPublic } from '../../lib/ip.ts'
import { capital } from '../../lib/text.ts'
import type { Flow, FlowKind } from '../flow.ts'
import type { Net } from '../net.ts'
import { dies, mayDie, type Next, type State } from './state.ts'
import { translationOf } from './translation-of.ts'

const onHost: readonly FlowKind[] = ['published', 'peer', 'host-service', 'isolation']

/**
 * Whether a packet that leaves by a device is on no way to its receiver, which is the host itself or a container.
 * Programs of random hosts send to any machine.
 */
export const leavesReceiver = ({ kind }: Flow, { isExact, facts }: Net, device: string): boolean =>
  !isExact && onHost.includes(kind) && !facts.docker.networks.some(({ bridge }) => bridge === device)

/**
 * A flow that ends on the host has left it. The other machine that gets it is not its receiver, even where it answers:
 * whether somebody wants that is not known. Where no such machine can be there, the flow dies of the rule that sent it
 * away.
 */
export function sentAway(flow: Flow, net: Net, state: State, device: string, next: Next): State[] {
  // A drop on the way already shows what is wrong.
  if (state.drops.length > 0) return next(state)
  const { destination } = state.packet
  const by = translationOf(state)
  const receiver = flow.container !== '' && flow.kind === 'published' ? flow.container : 'its receiver'
  const sends = by
    ? `“${by.rule}” in ${by.table} ${by.chain} sends it to ${destination}`
    : `it leaves by ${device} to ${destination}`
  const message = `${sends}, another machine than the host, and not to ${receiver}`
  const misled = by && { rule: by, misled: { by, address: destination } }
  const drop = { location: 'outside', end: 'no-answer', message, address: destination } as const
  if (by && !mayExist(net, device, destination)) {
    const nobody = `${sends}, which no container has, and no network behind ${device}`
    return next(dies(state, { ...drop, ...misled, message: nobody }))
  }
  const doubt = {
    message: `${capital(message)}: what answers there cannot be seen on this host.`,
    kind: 'other',
    key: `answer of ${destination}`,
    settle: `ip route get ${destination}; ping -c 3 ${destination}`,
  } as const
  return mayDie(state, { ...drop, ...(by && { rule: by }) }, doubt, next)
}

/** Whether a machine outside may have an address. Routers of the internet forward nothing to private addresses. */
function mayExist({ facts, host }: Net, device: string, address: string): boolean {
  if (isPublic(address) || facts.ipsec.length > 0) return true
  const link = host.links.get(device)
  const routes = [...facts.routes, ...facts.routes6].filter(({ dev }) => dev === device)
  const near = [...(link?.ips ?? []).map((ip) => ip.address), ...routes.flatMap(({ gateway }) => gateway ?? [])]
  const routed = routes.some(({ dst }) => dst !== 'default' && inPrefix(address, dst))
  const known = host.neighbours.some((each) => each.address === address)
  const answered = readConnections(facts.connections).some((each) => each.answered && each.answeredBy === address)
  return routed || known || answered || near.length === 0 || near.some(isPrivate)
}

const ranges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']
const isPrivate = (address: string): boolean => ranges.some((range) => inPrefix(address, range))
