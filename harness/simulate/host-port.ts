import type { Facts, NftRule } from '../evidence/facts.ts'
import { familyOf } from '../lib/ip.ts'
import type { Walk } from './flow.ts'
import type { Net } from './net.ts'
import { ipFamily, packetOf } from './packet.ts'
import type { RuleStep } from './rules/index.ts'
import { intervalOf } from './rules/xtables/options.ts'
import { partsOf } from './rules/xtables/words.ts'

type Interval = readonly [number, number]

/**
 * Whether a rule ahead of the one that drops a published flow lets in the host’s port, which a forwarded packet no
 * longer has: it carries the container’s. That is a common mistake in DOCKER-USER, and no restriction.
 */
export function allowsHostPort({ flow, drop, path }: Walk, net: Net): boolean {
  if (flow.kind !== 'published' || flow.from.at !== 'outside' || !drop?.rule || drop.location !== 'forward')
    return false
  const own = net.facts.docker.containers.find(({ name }) => name === flow.container)
  const to = own?.published.find(({ port, protocol }) => port === flow.port && protocol === flow.protocol)?.to
  const destination = own?.addresses[flow.network]
  if (to === undefined || to === flow.port || destination === undefined) return false
  const named = portsAhead(drop.rule, net.facts).some((ports) => includes(ports, flow.port) && !includes(ports, to))
  if (!named) return false
  const { rule } = drop
  const output = path.findLast(({ way, location }) => way === 'out' && location === 'forward')?.device ?? flow.bridge
  const stops = (destinationPort: number): boolean => {
    const packet = packetOf({
      family: familyOf(destination) ?? 4,
      protocol: flow.protocol as 'tcp',
      source: flow.source,
      destination,
      destinationPort,
      dnat: true,
      originalSource: flow.source,
      originalDestination: flow.address,
      originalDestinationPort: flow.port,
      input: flow.from.at === 'outside' ? flow.from.device : '',
      output,
      tracked: true,
    })
    return net.firewall
      .pass(ipFamily(packet), 'forward', packet, output, { goOn: true })
      .some(({ terminating }) => terminating.some((each) => each.chain === rule.chain && each.rule === rule.rule))
  }
  return stops(to) && !stops(flow.port)
}

const includes = (ports: readonly Interval[], port: number): boolean =>
  ports.some(([low, high]) => low <= port && port <= high)

/** The destination ports of each rule ahead of another in its chain that accepts or returns. */
function portsAhead({ backend, table, chain, rule, handle }: RuleStep, { xtables, nft }: Facts): Interval[][] {
  const [family, name] = table.split(' ')
  const saved = xtables[backend].rules.filter((each) => each.table === name && each.chain === chain)
  if (rule.startsWith('-A '))
    return before(saved, ({ text }) => text === rule).flatMap(({ text, target }) =>
      target === 'ACCEPT' || target === 'RETURN' ? [savedPorts(text)] : [],
    )
  const own = nft.find((each) => each.family === family && each.table === name && each.name === chain)?.rules ?? []
  return before(own, (each) => each.handle === handle).flatMap(({ expr }) =>
    expr.some((each) => 'accept' in each || 'return' in each) ? [listedPorts(expr)] : [],
  )
}

/** The items before the one that is sought; all where it is not there, as a chain’s policy. */
function before<T>(items: readonly T[], isSought: (item: T) => boolean): readonly T[] {
  const at = items.findIndex(isSought)
  return at < 0 ? items : items.slice(0, at)
}

const savedPorts = (text: string): Interval[] =>
  partsOf(text).flatMap(({ options }) =>
    options
      .filter(({ name, negated }) => !negated && ['--dport', '--dports', '--ports'].includes(name))
      .flatMap(({ args: [list = ''] }) => list.split(','))
      .map((each) => intervalOf(each, 65535))
      .filter((each) => each !== undefined),
  )

interface Match {
  op?: string
  left?: { payload?: { field?: string } }
  right?: unknown
}

/** The destination ports that a rule of nft compares with. */
const listedPorts = (expr: NftRule['expr']): Interval[] =>
  expr.flatMap((each) => {
    const { op, left, right } = (each.match ?? {}) as Match
    if (op !== '==' || left?.payload?.field !== 'dport') return []
    const set = (right as { set?: unknown } | null | undefined)?.set
    return (Array.isArray(set) ? set : [right]).flatMap(listedInterval)
  })

function listedInterval(value: unknown): Interval[] {
  const [low, high] = (value as { range?: unknown[] } | null)?.range ?? [value, value]
  return typeof low === 'number' && typeof high === 'number' ? [[low, high]] : []
}
