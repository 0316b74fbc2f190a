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

/** A connection of UDP, with ports. */
export interface Datagrams extends Connection {
  sourcePort: number
  port: number
  /** The port that answers come from. */
  answeredFrom: number
  /** Seconds since its last packet; undefined where the kernel's limits are unknown. */
  silentS: number | undefined
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
 * The connections to other machines: not to containers, the host or multicast addresses, and not those that a rule
 * redirects to one of them.
 */
export function connectionsElsewhere({ connections, docker, links }: Facts): Connection[] {
  const host = links.flatMap(({ addresses }) => addresses)
  const local = [...docker.networks.map(({ subnet }) => subnet), ...host, '127.0.0.0/8', '224.0.0.0/4']
  const isLocal = (address: string): boolean => local.some((subnet) => subnet && inPrefix(address, subnet))
  return readConnections(connections).filter(
    ({ destination, answeredBy }) => !isLocal(destination) && !isLocal(answeredBy),
  )
}

/** The connections from a network's containers to other machines. */
export function egressOf(network: Pick<NetworkFact, 'name'>, facts: Facts): Connection[] {
  const own = facts.docker.containers.flatMap(({ addresses }) => addresses[network.name] ?? [])
  return connectionsElsewhere(facts).filter(({ source }) => own.includes(source))
}

// The kernel's own, in seconds: unanswered or short, and steady; 180 before 5.0. Source: linux, nf_conntrack_proto_udp.c.
const usual = { short: 30, steady: 120 }

/** The connections of UDP. */
export function readDatagrams({ connections, sysctls }: Pick<Facts, 'connections' | 'sysctls'>): Datagrams[] {
  const limit = (name: string, otherwise: number): number =>
    Number(sysctls[`net.netfilter.nf_conntrack_udp_timeout${name}`] ?? otherwise)
  return readConnections(connections.filter((line) => /^udp\s/.test(line))).flatMap((each) => {
    const [sourcePort, answeredFrom] = [...each.line.matchAll(/\bsport=(\d+)/g)].map(([, port]) => Number(port))
    const [port] = [...each.line.matchAll(/\bdport=(\d+)/g)].map(([, port]) => Number(port))
    const [, left] = each.line.match(/^udp\s+17\s+(\d+)\s/) ?? []
    if (!sourcePort || !port || !answeredFrom || left === undefined) return []
    const life = each.line.includes('[ASSURED]') ? limit('_stream', usual.steady) : limit('', usual.short)
    const silentS = life >= Number(left) ? life - Number(left) : undefined
    return [{ ...each, sourcePort, port, answeredFrom, silentS }]
  })
}
