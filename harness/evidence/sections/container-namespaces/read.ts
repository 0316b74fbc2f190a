import { readAddresses } from '../addresses/read.ts'
import { type IpsecPolicy, readIpsec } from '../ipsec/read.ts'
import { type LinkFact, readLinks } from '../links/read.ts'
import { type Listener, readListeners } from '../listeners/read.ts'
import type { Neighbour } from '../neighbours/read.ts'
import { readNeighbours } from '../neighbours/read.ts'
import { type ResolverWords, readResolvConf } from '../resolver/read.ts'
import { type RouteFact, readRoutes } from '../routes/read.ts'
import { type PolicyRule, readPolicyRules } from '../routing-rules/read.ts'
import { readSysctls } from '../sysctls/read.ts'
import { readTrafficControl, type TrafficControl } from '../traffic-control/read.ts'

/** The network namespace of a running container, seen from inside. */
export interface ContainerNamespace {
  container: string
  pid: number
  mode: string
  /** False where it could not be entered. All other fields are then empty. */
  read: boolean
  links: LinkFact[]
  routes: RouteFact[]
  routes6: RouteFact[]
  policyRules: PolicyRule[]
  neighbours: Neighbour[]
  sysctls: Record<string, string>
  /** In `comments` dockerd notes the servers to which its own resolver forwards. */
  resolver: ResolverWords & { comments: string[] }
  /** It has rules of nftables or iptables other than those of Docker's resolver. */
  rules: boolean
  /** How many of its rules are about the address of Docker's resolver; undefined where they could not be listed. */
  resolverRules?: number
  listeners: Listener[]
  /** Its kernel's IPsec policies. */
  ipsec: IpsecPolicy[]
  /** Undefined where no tc was there to list it. */
  control?: TrafficControl[]
}

/**
 * Reads blocks that begin with `@ container NAME PID MODE`, with parts that begin with `@ PART`. A namespace that could
 * not be entered has no part `end`. Throws where a block is damaged.
 */
export const readContainerNamespaces = (text: string): ContainerNamespace[] =>
  text
    .split(/^(?=@ container )/m)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [, container, pid, mode] = block.match(/^@ container \/?(\S+) (\d+) (\S+)$/m) ?? []
      if (!container) throw new TypeError(`not a container: ${block.slice(0, 80)}`)
      return { container, pid: Number(pid), mode: mode!, ...contents(partsOf(block)) }
    })

function partsOf(block: string): Map<string, string> {
  const parts = block.split(/^@ /m).slice(2)
  return new Map(
    parts.map((part) => {
      const [name = ''] = part.split('\n', 1)
      return [name, part.slice(name.length + 1).replace(/\n$/, '')]
    }),
  )
}

function contents(parts: ReadonlyMap<string, string>): Omit<ContainerNamespace, 'container' | 'pid' | 'mode'> {
  const read = parts.has('end')
  const part = (name: string): string => (read ? (parts.get(name) ?? '') : '')
  // One call of `ip` prints the three, one line each.
  const [routes = '', rules = '', neighbours = ''] = part('ipv4').split('\n')
  const [routes6 = '', neighbours6 = ''] = part('ipv6').split('\n')
  const files = part('files').split('\n')
  const resolver = files.flatMap((line) => line.match(/^\/proc\/\d+\/root\/etc\/resolv\.conf:(.*)$/)?.[1] ?? [])
  return {
    read,
    links: readLinks(part('links'), readAddresses(part('links'))),
    routes: readRoutes(routes),
    routes6: readRoutes(routes6),
    policyRules: readPolicyRules(rules),
    neighbours: [...readNeighbours(neighbours), ...readNeighbours(neighbours6)],
    sysctls: readSysctls(files.filter((line) => line.startsWith('/proc/sys/')).join('\n')),
    resolver: { ...readResolvConf(resolver), comments: resolver.filter((line) => line.startsWith('#')) },
    rules: part('rules').trim() !== '',
    ...(/^\d+$/.test(part('resolver').trim()) && { resolverRules: Number(part('resolver')) }),
    listeners: readListeners(part('listeners')),
    ipsec: readIpsec(
      part('ipsec')
        .split('\n')
        .filter((line) => line !== ''),
    ),
    ...(read && parts.has('control') && { control: readTrafficControl(part('control')) }),
  }
}
