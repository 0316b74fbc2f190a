import { inPrefix } from '../lib/ip.ts'
import type { Facts, NetworkFact } from './facts.ts'

/** A connection as conntrack tells of it. */
export interface Connection {
  /** Who spoke first, to whom. */
  source: string
  destination: string
  /** Where the reply is due: the source, unless that was translated. */
  replyTo: string
  answered: boolean
  line: string
}

/** Reads the lines of `conntrack -L`; those of other forms are left out. */
export function readConnections(lines: readonly string[]): Connection[] {
  return lines.flatMap((line) => {
    const [source, replySource] = [...line.matchAll(/\bsrc=(\S+)/g)].map(([, address]) => address!)
    const [destination, replyTo] = [...line.matchAll(/\bdst=(\S+)/g)].map(([, address]) => address!)
    if (!source || !replySource || !destination || !replyTo) return []
    return [{ source, destination, replyTo, answered: !line.includes('[UNREPLIED]'), line }]
  })
}

/** The connections from a network's containers to what is neither a container, the host itself, nor many hosts at once. */
export function egressOf(network: Pick<NetworkFact, 'name'>, { connections, docker, links }: Facts): Connection[] {
  const own = docker.containers.flatMap(({ addresses }) => addresses[network.name] ?? [])
  const host = links.flatMap(({ addresses }) => addresses)
  const local = [...docker.networks.map(({ subnet }) => subnet), ...host, '224.0.0.0/4']
  return readConnections(connections).filter(
    ({ source, destination }) =>
      own.includes(source) && !local.some((subnet) => subnet && inPrefix(destination, subnet)),
  )
}
