import type { ContainerNamespace, Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Drop, Walk } from './flow.ts'
import { fromContainer, type Member } from './members.ts'
import { embedded, hasNoServer } from './names.ts'
import type { Doubt } from './rules/index.ts'
import { onNetwork } from './stand-in.ts'

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

/** What is known of the servers in a container's resolv.conf, where it names none. */
function withoutServer({ container, resolver, read }: ContainerNamespace): Nowhere | undefined {
  const { nameservers, search, options, comments } = resolver
  if (nameservers.length > 0 || !read) return undefined
  const file = `/etc/resolv.conf of ${container}`
  if (search.length + options.length + comments.length > 0)
    return { end: 'no-answer', message: `${file} names no server to send them to` }
  const message = `${file} has no lines, or is a symbolic link: whether it names a server is not known.`
  const settle = `docker exec ${container} cat /etc/resolv.conf`
  const doubt = { message, kind: 'listing', key: file, holds: true, settle } as const
  return { end: 'no-answer', message: `${file} may name no server`, doubt }
}

type Nowhere = Pick<Drop, 'end' | 'message' | 'setting'> & { doubt?: Doubt }

/** Why a container's queries go nowhere; undefined where nothing shows that. */
function nowhere(own: ContainerNamespace): Nowhere | undefined {
  const obstacle = obstacleToResolver(own)
  if (obstacle) return { end: 'no-listener', ...obstacle }
  const message = 'Docker’s resolver has no server to send them to: the host’s /etc/resolv.conf gave it none'
  return hasNoServer(own) ? { end: 'no-answer', message } : withoutServer(own)
}

/** The queries of containers whose resolver has no server, or gets none of them. They end in the container. */
export const queriesToNobody = (members: readonly Member[], { containers }: Facts): Walk[] =>
  members.flatMap((member, at): Walk[] => {
    const { container, network } = member
    // One resolver serves all networks of a container.
    if (members.findIndex((each) => each.container === container) < at) return []
    const own = containers.find((each) => each.container === container.name)
    const found = own && !network.internal ? nowhere(own) : undefined
    if (!found) return []
    const title = `names for ${onNetwork(container.name, network.name)}`
    const flow = fromContainer(member, { kind: 'names', address: '', port: 53, protocol: 'udp', title })
    const { doubt, ...why } = found
    const address = why.end === 'no-listener' ? embedded : ''
    const drop: Drop = { way: 'out', location: 'container', address, ...why }
    const doubts = doubt ? [doubt] : []
    return [{ flow, end: doubt ? 'unclear' : 'dies', drop, masked: [], doubts, path: [] }]
  })
