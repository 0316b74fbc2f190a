import { endpointOf } from './alike/endpoint.ts'
import { likenesses, orderOf } from './alike/likeness.ts'
import type { Flow, Walk } from './flow.ts'
import { membersOf } from './members.ts'
import type { Net } from './net.ts'
import { walk } from './walk/index.ts'

// With fewer flows between networks, grouping equal ones takes longer than simulating each.
const few = 40

/** Simulates all flows. Of the flows between networks of equal kinds it simulates one, and the others end like it. */
export function walkAll(flows: readonly Flow[], net: Net, least = few): Walk[] {
  const apart = flows.filter(({ kind }) => kind === 'isolation')
  if (apart.length < least) return flows.map((flow) => walk(flow, net))
  const keyOf = pairKeys(net)
  const led = new Map<string, { walk: Walk; stands: boolean }>()
  return flows.map((flow) => {
    const key = flow.kind === 'isolation' ? keyOf(flow) : undefined
    if (key === undefined) return walk(flow, net)
    const known = led.get(key)
    if (known?.stands) return new Alike(flow, known.walk, net)
    const own = walk(flow, net)
    if (!known) led.set(key, { walk: own, stands: standsForOthers(own, net) })
    return own
  })
}

/** Whether a flow was simulated itself, or only took another's end so far. */
export const isLed = (walk: Walk): boolean => !(walk instanceof Alike) || walk.led !== undefined

/** A flow that ends like another. Its own path is simulated when it is first read. */
class Alike implements Walk {
  readonly flow: Flow
  readonly end: Walk['end']
  private readonly net: Net
  led: Walk | undefined

  constructor(flow: Flow, { end }: Walk, net: Net) {
    this.flow = flow
    this.end = end
    this.net = net
  }

  private get own(): Walk {
    this.led ??= walk(this.flow, this.net)
    return this.led
  }

  get drop() {
    return this.own.drop
  }

  get masked() {
    return this.own.masked
  }

  get doubts() {
    return this.own.doubts
  }

  get path() {
    return this.own.path
  }
}

/**
 * A key for flows between two networks: equal where the networks are of equal kinds, undefined where they may differ.
 */
function pairKeys(net: Net): (flow: Flow) => string | undefined {
  const members = membersOf(net.facts)
  const first = [...new Map(members.toReversed().map((member) => [member.network.name, member])).values()]
  const endpoints = first.flatMap((member) => endpointOf(member, net) ?? [])
  const found = likenesses(endpoints, net.facts)
  const numbers = new Map<string, number>()
  const numberOf = (kind: string): number => {
    const number = numbers.get(kind) ?? numbers.size
    numbers.set(kind, number)
    return number
  }
  const likeness = endpoints.map(({ address, network }, at) => {
    const own = found[at]
    return { address, network: network.name, like: own && { own, number: numberOf(own.kind) } }
  })
  const byName = new Map(likeness.map((each) => [each.network, each]))
  const byAddress = new Map(likeness.map((each) => [each.address, each]))
  return ({ network, source, address }) => {
    const [from, to] = [byName.get(network), byAddress.get(address)]
    if (!from?.like || !to?.like || from.address !== source) return undefined
    return `${from.like.number} ${to.like.number} ${orderOf(from.like.own, to.like.own)}`
  }
}

const between = new Set(['container', 'bridge', 'prerouting', 'routing', 'forward', 'postrouting'])

/** Whether a walk stayed between its two networks, untranslated. */
function standsForOthers({ flow, end, path, doubts }: Walk, net: Net): boolean {
  if (end === 'unclear' && doubts.length > net.blind.length) return false
  const bridges = new Set([flow.bridge, net.homes.get(flow.address)])
  return path.every(({ location, device, rules }) => {
    const bridge = net.host.links.get(device)?.master ?? device
    const near = location === 'container' || bridges.has(bridge)
    return (
      between.has(location) &&
      near &&
      rules.every(({ verdict, rule }) => verdict !== 'translate' || /\bmasquerade$/i.test(rule))
    )
  })
}
