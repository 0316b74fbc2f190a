import { inPrefix } from '../lib/ip.ts'
import type { Facts, NetworkFact } from './facts.ts'

/** A connection as conntrack lists it. */
export interface Connection {
  /** The first packet went from here to there. */
  source: string
  destination: string
  /** Who answers: the destination, unless it was translated. */
  answeredBy: string
  /** Where replies go: to the source, unless it was translated. */
  replyTo: string
  answered: boolean
  line: string
}

/** Reads the lines of `conntrack -L`. Lines of another form are left out. */
export function readConnections(lines: readonly string[]): Connection[] {
  return lines.flatMap((line) => {
    const [source, answeredBy] = [...line.matchAll(/\bsrc=(\S+)/g)].map(([, address]) => address!)
    const [destination, replyTo] = [...line.matchAll(/\bdst=(\S+)/g)].map(([, address]) => address!)
    if (!source || !answeredBy || !destination || !replyTo) return []
    return [{ source, destination, answeredBy, replyTo, answered: !line.includes('[UNREPLIED]'), line }]
  })
}

/**
 * The connections from a network's containers to the outside: not to containers, the host or multicast addresses, and
 * not those that a rule redirects to one of them.
 */
export function egressOf(network: Pick<NetworkFact, 'name'>, { connections, docker, links }: Facts): Connection[] {
  const own = docker.containers.flatMap(({ addresses }) => addresses[network.name] ?? [])
  const host = links.flatMap(({ addresses }) => addresses)
  const local = [...docker.networks.map(({ subnet }) => subnet), ...host, '224.0.0.0/4']
  const isLocal = (address: string): boolean => local.some((subnet) => subnet && inPrefix(address, subnet))
  return readConnections(connections).filter(
    ({ source, destination, answeredBy }) => own.includes(source) && !isLocal(destination) && !isLocal(answeredBy),
  )
}
