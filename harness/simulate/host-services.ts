import type { Facts, Listener } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { gatewayOf } from './intent.ts'
import { fromContainer, type Member } from './members.ts'
import { onNetwork } from './stand-in.ts'

// A port that no program uses by chance, for a host where none listens at all addresses.
const anyPort = 33_333

/**
 * The host's own services, as its containers see them. Whether containers should connect to one that listens everywhere
 * is the administrator's choice. One that listens at nothing but Docker's gateways is there for containers.
 */
export function hostServices(member: Member, facts: Facts): Flow[] {
  const { container, network } = member
  const address = gatewayOf(network)
  if (!address || network.internal) return []
  const services = facts.listeners.filter(({ program }) => !/docker/.test(program))
  const open = services.filter(({ protocol, address: at }) => protocol === 'tcp' && (at === '0.0.0.0' || at === '::'))
  const ports = [...new Set(open.map(({ port }) => port))].slice(0, 8)
  const own = services.filter((each) => each.address === address && isForContainers(each, facts)).slice(0, 8)
  const service = (protocol: 'tcp' | 'udp', port: number, ought: Flow['ought']): Flow =>
    fromContainer(member, {
      kind: 'host-service',
      address,
      port,
      protocol,
      ought,
      title: `${onNetwork(container.name, network.name)} to ${port === anyPort ? 'a service' : `port ${port}`} of the host`,
    })
  return [
    ...own.map(({ protocol, port }) => service(protocol, port, 'pass')),
    ...(ports.length > 0 ? ports : [anyPort]).map((port) => service('tcp', port, 'unknown')),
  ]
}

/** Whether a service listens at gateways of Docker's and at loopback only, where no other machine connects to it. */
function isForContainers({ protocol, port }: Listener, { listeners, docker }: Facts): boolean {
  const gateways = new Set(docker.networks.map(gatewayOf))
  return listeners.every(
    (each) =>
      each.protocol !== protocol ||
      each.port !== port ||
      gateways.has(each.address) ||
      inPrefix(each.address, each.family === 4 ? '127.0.0.0/8' : '::1/128'),
  )
}
