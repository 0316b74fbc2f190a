import type { ContainerNamespace, Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import { compareVersions } from '../lib/text.ts'
import { doubted } from './doubted.ts'
import type { Flow, Walk } from './flow.ts'
import type { Intent } from './intent.ts'
import { fromContainer, type Member } from './members.ts'
import { queriedServers } from './name-queries.ts'
import { onNetwork } from './stand-in.ts'

/** The name servers that dockerd gives to containers that cannot use the host's own, up to Docker 27. */
const fallback = ['8.8.8.8', '8.8.4.4']
/** The resolver that dockerd runs inside containers of user networks. */
export const embedded = '127.0.0.11'

/** A name query, from each container to each name server that would receive it. */
export function nameFlows(facts: Facts, intent: Intent, members: readonly Member[]): Flow[] {
  const namespaces = new Map(facts.containers.map((own) => [own.container, own]))
  const seen = new Set<string>()
  return members.flatMap((member) => {
    const own = namespaces.get(member.container.name)
    if (!own || member.network.internal || seen.has(own.container)) return []
    seen.add(own.container)
    return serversOf(own, facts, intent).map(({ server, fromHost }): Flow => {
      const title = `names for ${onNetwork(member.container.name, member.network.name)}, from ${server}`
      const flow = fromContainer(member, { kind: 'names', address: server, port: 53, protocol: 'udp', title })
      return fromHost ? { ...flow, from: { at: 'host' }, source: '' } : flow
    })
  })
}

/** Whether Docker’s own resolver in a container has no server to pass a query on to. From Docker 28 on it may have none. */
export const hasNoServer = ({ resolver }: Pick<ContainerNamespace, 'resolver'>): boolean =>
  resolver.comments.some((line) => line.includes('NO EXTERNAL NAMESERVERS DEFINED'))

interface Server {
  server: string
  /** dockerd sends the query from the host's own network, for the container. */
  fromHost: boolean
}

/** The name servers that receive a container's queries in the end. */
export function serversOf({ container, resolver }: ContainerNamespace, facts: Facts, intent: Intent): Server[] {
  const given = resolver.nameservers.filter((server) => familyOf(server) === 4)
  if (!given.includes(embedded)) return given.map((server) => ({ server, fromHost: false }))
  if (hasNoServer({ resolver })) return []
  const noted = notedServers(resolver)
  if (noted.length > 0)
    return noted
      .map(([, host, server]) => ({ server: server!, fromHost: host !== undefined }))
      .filter(({ server }) => familyOf(server) === 4)
  const likely = inferredServers(facts, intent)
  const queried = queriedBy(container, facts)
  // A container may have servers of its own, or those that the host had when it started. Docker before 26 notes neither.
  return queried.length === 0 || queried.some((server) => likely.some((each) => each.server === server))
    ? likely
    : queried.map(inside)
}

/** The servers that Docker 26 and later note in a container’s resolv.conf, each as a match. */
const notedServers = ({ comments }: ContainerNamespace['resolver']): RegExpMatchArray[] =>
  comments.flatMap((line) => [...(line.match(/ExtServers: \[(.*)\]/)?.[1] ?? '').matchAll(/(host\()?([\d.]+)\)?/g)])

/**
 * The walk of a query that is lost because of its server alone, where the container may have another server: none is
 * noted, and it has queried none lately.
 */
export function unlessInferred(walk: Walk, facts: Facts): Walk {
  const { flow, end } = walk
  if (flow.kind !== 'names' || end !== 'dies' || flow.from.at === 'host') return walk
  const { drop } = walk
  if (!drop || drop.rule) return walk
  if (!['no-neighbour', 'no-answer', 'no-listener'].includes(drop.end)) return walk
  const own = facts.containers.find(({ container }) => container === flow.container)
  const resolver = own?.resolver
  if (!resolver?.nameservers.includes(embedded) || notedServers(resolver).length > 0) return walk
  if (queriedBy(flow.container, facts).length > 0) return walk
  const message = `${flow.container} keeps the name servers that it got when it started, which Docker before 26 does not note: whether it queries ${flow.address} is not known`
  const settle = `docker exec ${flow.container} nslookup example.com`
  const doubt = { message, kind: 'other', key: `name servers of ${flow.container}`, holds: true, settle } as const
  return doubted(walk, doubt, drop)
}

/**
 * The name servers that a container has sent queries to; where some of them have answered it, those alone: a name server
 * in a container queries many others, of which some never answer.
 */
function queriedBy(name: string, facts: Facts): string[] {
  const own = Object.values(facts.docker.containers.find((each) => each.name === name)?.addresses ?? {})
  const of = (senders: 'sources' | 'answeredTo'): string[] =>
    [...queriedServers(facts)].flatMap(([server, queried]) =>
      queried[senders].some((source) => own.includes(source)) && familyOf(server) === 4 ? server : [],
    )
  const answered = of('answeredTo')
  return answered.length > 0 ? answered : of('sources')
}

/** The servers that dockerd’s settings and the host’s give to a container of a user network that starts now. */
export function inferredServers(facts: Facts, intent: Intent): Server[] {
  if (intent.dns.length > 0) return intent.dns.filter((server) => familyOf(server) === 4).map(inside)
  // The resolver sends queries for a loopback address from the host’s own network.
  const inherited = hostServers(facts.resolver)
    .filter((server) => familyOf(server) === 4)
    .map((server) => ({ server, fromHost: inPrefix(server, '127.0.0.0/8') }))
  const old = facts.docker.server !== '' && compareVersions(facts.docker.server, '28') < 0
  return inherited.length > 0 || !old ? inherited : fallback.map(inside)
}

const inside = (server: string): Server => ({ server, fromHost: false })

/** The servers that dockerd reads on the host. It takes those behind systemd-resolved’s stub. */
const hostServers = ({ nameservers, upstream }: Facts['resolver']): string[] =>
  nameservers.length === 1 && nameservers[0] === '127.0.0.53' ? upstream : nameservers

/** Whether dockerd chose a name server itself because containers could use none of the host's. */
export const isFallback = (server: string, { resolver }: Facts, { dns }: Intent): boolean =>
  fallback.includes(server) && !resolver.nameservers.includes(server) && !dns.includes(server)
