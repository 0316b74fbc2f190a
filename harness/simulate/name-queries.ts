import { readConnections } from '../evidence/connection.ts'
import type { ContainerNamespace, Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'
import type { Drop, Flow, Walk } from './flow.ts'
import { fromContainer, type Member } from './members.ts'
import { embedded } from './names.ts'
import { onNetwork } from './stand-in.ts'

/** A name server, by what conntrack shows of queries to it. */
interface Queried {
  /** The server’s answer came, to anybody. */
  answered: boolean
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
    const server = found.get(destination) ?? { answered: false, waiting: [] }
    found.set(destination, server)
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

const isLocal = (address: string, { docker, links }: Facts): boolean =>
  links.some(({ addresses }) => addresses.includes(address)) ||
  docker.networks.some(({ subnet }) => subnet !== '' && inPrefix(address, subnet))

/** The walk of a name query that nothing on the host stops, if queries like it stay without an answer. */
export function withoutAnswer(walk: Walk, facts: Facts): Walk {
  // The path of other flows may not be simulated yet.
  if (walk.flow.kind !== 'names' || walk.end !== 'passes') return walk
  const { flow, path } = walk
  const server = queriedServers(facts).get(flow.address)
  if (!server || server.answered || !server.waiting.some(({ source }) => isSender(source, flow, facts))) return walk
  const message = `queries to ${flow.address} leave this host, and no answer has come to any of them`
  const drop: Drop = { way: 'out', location: 'outside', end: 'no-answer', message, address: flow.address }
  return { flow, end: 'dies', drop, masked: [], doubts: [], path }
}

const isSender = (source: string, flow: Flow, { links }: Facts): boolean =>
  flow.from.at === 'host' ? links.some(({ addresses }) => addresses.includes(source)) : source === flow.source

/** Whether Docker’s own resolver in a container has no server to pass a query on to. From Docker 28 on it may have none. */
export const hasNoServer = ({ resolver }: Pick<ContainerNamespace, 'resolver'>): boolean =>
  resolver.comments.some((line) => line.includes('NO EXTERNAL NAMESERVERS DEFINED'))

/** What keeps a container's queries from Docker's resolver, which listens at its loopback address and another port. */
function obstacleToResolver(own: ContainerNamespace): Pick<Drop, 'message' | 'setting'> | undefined {
  const { container, links, routes, resolver, resolverRules } = own
  if (!resolver.nameservers.includes(embedded)) return undefined
  const ends = 'so its queries do not reach Docker’s resolver'
  if (links.some(({ name, up }) => name === 'lo' && !up))
    return { message: `lo is down in ${container}, ${ends}`, setting: { name: `lo in ${container}`, value: 'down' } }
  const local = routes.filter(({ type }) => type === 'local')
  if (local.length > 0 && !local.some(({ dst }) => inPrefix(embedded, dst)))
    return {
      message: `${container} has no local route to ${embedded}, ${ends}`,
      setting: { name: `route to ${embedded} in ${container}`, value: 'none' },
    }
  if (resolverRules !== 0) return undefined
  return {
    message: `${container} lacks the rules for ${embedded} inside, ${ends}`,
    setting: { name: `rules for ${embedded} in ${container}`, value: 'none' },
  }
}

/** The queries of containers whose resolver has no server, or gets none of them. They end in the container. */
export const queriesToNobody = (members: readonly Member[], { containers }: Facts): Walk[] =>
  members.flatMap((member, at) => {
    const { container, network } = member
    // One resolver serves all networks of a container.
    if (members.findIndex((each) => each.container === container) < at) return []
    const own = containers.find((each) => each.container === container.name)
    if (!own || network.internal) return []
    const obstacle = obstacleToResolver(own)
    if (!obstacle && !hasNoServer(own)) return []
    const title = `names for ${onNetwork(container.name, network.name)}`
    const flow = fromContainer(member, { kind: 'names', address: '', port: 53, protocol: 'udp', title })
    const drop: Drop = obstacle
      ? { way: 'out', location: 'container', end: 'no-listener', address: embedded, ...obstacle }
      : {
          way: 'out',
          location: 'container',
          end: 'no-answer',
          message: 'Docker’s resolver has no server to send them to: the host’s /etc/resolv.conf gave it none',
          address: '',
        }
    return [{ flow, end: 'dies', drop, masked: [], doubts: [], path: [] }]
  })
