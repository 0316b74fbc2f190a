import { connectionsElsewhere, readConnections } from '../evidence/connection.ts'
import type { Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'
import type { Drop, Flow, Walk } from './flow.ts'

/** A name server, by what conntrack shows of queries to it. */
interface Queried {
  /** The server’s answer came, to anybody. */
  answered: boolean
  /** Who has sent it queries. */
  sources: string[]
  /** The lines of queries that have waited for an answer for some time, by sender. */
  waiting: { source: string; line: string }[]
}

// A server that has to query others may take a while.
const patienceS = 2

/** The name servers that this host and its containers have sent queries to. */
export const queriedServers = oncePer(({ connections, sysctls }: Facts): ReadonlyMap<string, Queried> => {
  const lifetime = Number(sysctls['net.netfilter.nf_conntrack_udp_timeout'] ?? 30)
  const found = new Map<string, Queried>()
  for (const { source, destination, answered, line } of readConnections(connections)) {
    const [, left] = line.match(/^udp\s+17\s+(\d+)\s.*?\bdport=53\s/) ?? []
    if (left === undefined) continue
    const server = found.get(destination) ?? { answered: false, sources: [], waiting: [] }
    found.set(destination, server)
    server.sources.push(source)
    if (answered) server.answered = true
    else if (lifetime - Number(left) >= patienceS) server.waiting.push({ source, line })
  }
  return found
})

/** The servers elsewhere that have answered a query of this host or of its containers. */
export const answeringServers = (facts: Facts): string[] =>
  [...queriedServers(facts)].flatMap(([server, { answered }]) =>
    answered && familyOf(server) === 4 && !inPrefix(server, '127.0.0.0/8') && !isLocal(server, facts) ? server : [],
  )

/**
 * Whether connections and pings to other machines stay without an answer as well, and nothing there answers: then more
 * than a name server is out of order. Datagrams do not count, because many programs expect no answer to theirs.
 */
export const nothingAnswers = oncePer((facts: Facts): boolean => {
  const away = connectionsElsewhere(facts)
  return away.some(({ line }) => /^(tcp|icmp)\b/.test(line)) && !away.some(({ answered }) => answered)
})

/** Whether an address is the host’s own, or of one of its networks. */
export const isLocal = (address: string, { docker, links }: Facts): boolean =>
  links.some(({ addresses }) => addresses.includes(address)) ||
  docker.networks.some(({ subnet }) => subnet !== '' && inPrefix(address, subnet))

/** The walk of a name query that nothing on the host stops, if queries like it stay without an answer. */
export function withoutAnswer(walk: Walk, facts: Facts): Walk {
  // The path of other flows may not be simulated yet.
  if (walk.flow.kind !== 'names' || walk.end !== 'passes') return walk
  const { flow, path } = walk
  const server = queriedServers(facts).get(flow.address)
  if (!server || server.answered || !server.waiting.some(({ source }) => isSender(source, flow, facts))) return walk
  const other = nothingAnswers(facts) ? ', nor to anything else that was sent to other machines' : ''
  const message = `queries to ${flow.address} leave this host, and no answer has come to any of them${other}`
  const drop: Drop = { way: 'out', location: 'outside', end: 'no-answer', message, address: flow.address }
  return { flow, end: 'dies', drop, masked: [], doubts: [], path }
}

const isSender = (source: string, flow: Flow, { links }: Facts): boolean =>
  flow.from.at === 'host' ? links.some(({ addresses }) => addresses.includes(source)) : source === flow.source
