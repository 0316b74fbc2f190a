import { type Connection, egressOf } from '../../evidence/connection.ts'
import type { NetworkFact } from '../../evidence/facts.ts'
import { familyOf } from '../../lib/ip.ts'
import type { Net } from '../net.ts'
import { nextHops } from './next-hop.ts'

/** The way by which the host itself would send a packet. `prefix`: the destinations of its route. */
interface Way {
  device: string
  gateway: string | undefined
  prefix: string | undefined
}

/** Networks' connections that were answered, each with its way; those with several ways are left out. */
function answeredOf(net: Net, networks: readonly NetworkFact[]): { connection: Connection; way: Way }[] {
  return networks
    .flatMap((network) => egressOf(network, net.facts))
    .flatMap((connection) => {
      const way = connection.answered ? wayTo(net, connection.destination) : undefined
      return way ? [{ connection, way }] : []
    })
}

/**
 * The answered connections that left by the same device and gateway as packets for `destination` do. Answers from one
 * machine on a link show nothing of the other machines there, nor of those behind them.
 */
export function answeredBeside(
  net: Net,
  network: NetworkFact | undefined,
  device: string,
  destination: string,
): Connection[] {
  const own = wayTo(net, destination)
  const isSame = (way: Way): boolean =>
    own?.device !== device || (way.gateway === own.gateway && (way.gateway !== undefined || way.prefix === own.prefix))
  return answeredOf(net, network ? [network] : [])
    .filter(({ way }) => way.device === device && isSame(way))
    .map(({ connection }) => connection)
}

/** Whether a machine on a link has passed answers on, or answered itself. */
export const hasAnswered = (net: Net, device: string, address: string): boolean =>
  answeredOf(net, net.facts.docker.networks).some(
    ({ connection, way }) => way.device === device && (way.gateway ?? connection.destination) === address,
  )

function wayTo({ host }: Net, destination: string): Way | undefined {
  const family = familyOf(destination)
  if (family === undefined) return undefined
  const key = { source: '', destination, input: 'lo', mark: 0, protocol: 'tcp', sourcePort: 0, destinationPort: 0 }
  const found = host.fib[family].lookup(key)
  const ways = found.flatMap(nextHops)
  if (found.length !== 1 || ways.length !== 1 || found[0]!.type !== 'unicast') return undefined
  return { device: ways[0]!.dev, gateway: ways[0]!.gateway, prefix: found[0]!.route?.dst }
}
