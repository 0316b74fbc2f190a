import { connectionsElsewhere, readConnections } from '../evidence/connection.ts'
import type { Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'
import { doubted } from './doubted.ts'
import type { Drop, Flow, Walk } from './flow.ts'
import type { Doubt } from './rules/index.ts'

/** A name server, by what conntrack shows of queries to it. */
interface Queried {
  /** Who has sent it queries, and who has got an answer. */
  sources: string[]
  answeredTo: string[]
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
    const server = found.get(destination) ?? { sources: [], answeredTo: [], waiting: [] }
    found.set(destination, server)
    server.sources.push(source)
    if (answered) server.answeredTo.push(source)
    else if (lifetime - Number(left) >= patienceS) server.waiting.push({ source, line })
  }
  return found
})

/** The servers elsewhere that have answered a query of this host or of its containers. */
export const answeringServers = (facts: Facts): string[] =>
  [...queriedServers(facts)].flatMap(([server, { answeredTo }]) =>
    answeredTo.length > 0 && familyOf(server) === 4 && !inPrefix(server, '127.0.0.0/8') && !isLocal(server, facts)
      ? server
      : [],
  )

/**
 * Whether connections and pings to other machines stay without an answer as well, and nothing there answers: then more
 * than a name server is out of order. Datagrams do not count, because many programs expect no answer to theirs.
 */
export const nothingAnswers = oncePer((facts: Facts): boolean => {
  const away = connectionsElsewhere(facts)
  return away.some(({ line }) => /^(tcp|icmp)\b/.test(line)) && !away.some(({ answered }) => answered)
})

const isLocal = (address: string, { docker, links }: Facts): boolean =>
  links.some(({ addresses }) => addresses.includes(address)) ||
  docker.networks.some(({ subnet }) => subnet !== '' && inPrefix(address, subnet))

/** The walk of a name query that nothing on the host stops, if queries like it stay without an answer. */
export function withoutAnswer(walk: Walk, facts: Facts): Walk {
  // The path of other flows may not be simulated yet.
  if (walk.flow.kind !== 'names' || walk.end !== 'passes') return walk
  const { flow, path } = walk
  const server = queriedServers(facts).get(flow.address)
  const waiting = server?.waiting.filter(({ source }) => isSender(source, flow, facts)) ?? []
  if (!server || waiting.length === 0) return walk
  if (server.answeredTo.length > 0) return neglected(walk, server, waiting, facts)
  const home = homeOf(flow.address, facts)
  const other = !home && nothingAnswers(facts) ? ', nor to anything else that was sent to other machines' : ''
  const message = home
    ? `queries go to ${flow.address}, ${home.title}, and no answer has come to any of them`
    : `queries to ${flow.address} leave this host, and no answer has come to any of them${other}`
  const location = home?.location ?? 'outside'
  const drop: Drop = { way: 'out', location, end: 'no-answer', message, address: flow.address }
  return { flow, end: 'dies', drop, masked: [], doubts: [], path }
}

/** Whose address a server's is; undefined for another machine's. */
function homeOf(address: string, facts: Facts): { location: Drop['location']; title: string } | undefined {
  if (facts.links.some(({ addresses }) => addresses.includes(address)))
    return { location: 'input', title: 'an address of this host' }
  return isLocal(address, facts) ? { location: 'container', title: 'an address of a container’s network' } : undefined
}

/**
 * The walk of a query to a server that has answered others, if it leaves several of this sender without an answer: a
 * server may serve some senders only.
 */
function neglected(walk: Walk, { answeredTo }: Queried, waiting: Queried['waiting'], facts: Facts): Walk {
  const { flow } = walk
  if (waiting.length < 2 || answeredTo.some((source) => isSender(source, flow, facts))) return walk
  const message = `${flow.address} has answered others, but not the ${waiting.length} queries of ${flow.container} that conntrack lists`
  const settle = `docker exec ${flow.container} nslookup example.com`
  const doubt: Doubt = { message, kind: 'other', key: `server ${flow.address}`, holds: true, settle }
  const { location } = homeOf(flow.address, facts) ?? { location: 'outside' }
  const drop: Drop = { way: 'out', location, end: 'no-answer', message, address: flow.address }
  return doubted(walk, doubt, drop)
}

/**
 * The walks without those of name servers that are not needed: a container queries the next server only if no answer
 * comes from the one before. Source: resolv.conf(5).
 */
export function withoutNeedless(walks: readonly Walk[]): Walk[] {
  const served = new Set<string>()
  return walks.filter(({ flow: { kind, container }, end }) => {
    if (kind !== 'names') return true
    const needed = end === 'passes' || !served.has(container)
    if (end === 'passes') served.add(container)
    return needed
  })
}

const isSender = (source: string, flow: Flow, { links }: Facts): boolean =>
  flow.from.at === 'host' ? links.some(({ addresses }) => addresses.includes(source)) : source === flow.source
