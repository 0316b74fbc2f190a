import { readFileSync } from 'node:fs'
import { type Facts, type LinkFact, type NftChain, readFacts } from '../../evidence/facts.ts'
import type { Flow, Walk } from '../flow.ts'
import { simulate, simulateFlows } from '../index.ts'

const bundle = new URL('../../causes/rules-flushed/evidence/well/debian12-healthy.bundle', import.meta.url)

/**
 * A recorded host: 172.17.0.2 on docker0 with port 8080, 172.30.1.10 and .11 on br-probe-a, 172.30.2.10 on br-probe-b.
 */
export const healthy = readFacts(readFileSync(bundle, 'utf8'))

/** The host with some kernel settings changed. */
export const sysctls = (changed: Record<string, string>): Facts => ({
  ...healthy,
  sysctls: { ...healthy.sysctls, ...changed },
})

/** The host with some links changed. */
export const links = (change: (link: LinkFact) => Partial<LinkFact>, facts = healthy): Facts => ({
  ...facts,
  links: facts.links.map((link) => ({ ...link, ...change(link) })),
})

/** The host with the inside of one container changed. */
export const inside = (
  container: string,
  change: (own: Facts['containers'][number]) => object,
  facts = healthy,
): Facts => ({
  ...facts,
  containers: facts.containers.map((own) => (own.container === container ? { ...own, ...change(own) } : own)),
})

/** The host's end of a container's link. */
export function port(container: string): string {
  const own = healthy.containers
    .find((each) => each.container === container)!
    .links.find(({ name }) => name === 'eth0')!
  return healthy.links.find(({ index }) => index === own.peerIndex)!.name
}

/** The host without any neighbour entries. */
export const strangers = (facts: Facts): Facts => ({
  ...facts,
  neighbours: [],
  containers: facts.containers.map((own) => ({ ...own, neighbours: [] })),
})

/** The host with one more nft chain. */
export const withChain = (chain: Partial<NftChain>, ...rules: Record<string, unknown>[][]): Facts => {
  const own = {
    family: 'ip',
    table: 'odd',
    name: 'main',
    type: 'filter',
    hook: 'forward',
    prio: 0,
    policy: 'accept',
    ...chain,
  }
  const list = rules.map((expr, handle) => ({ family: own.family, table: own.table, chain: own.name, handle, expr }))
  return { ...healthy, nft: [...healthy.nft, { ...own, rules: list } as NftChain] }
}

const wordsOf = ({ end, drop }: Walk): string =>
  end === 'passes' ? end : `${end} ${drop?.way} ${drop?.location} ${drop?.end}`

/** How the flows whose titles hold a text end: `dies out routing forwarding-off`, each once. */
export const ends = (facts: Facts, title: string): string[] => [
  ...new Set(
    simulate(facts)
      .walks.filter(({ flow }) => flow.title.includes(title))
      .map(wordsOf),
  ),
]

/** How the name queries of a container end: `container 203.0.113.10 dies outside no-answer`. */
export const namesOf = (facts: Facts, container = 'probe-default'): string[] =>
  simulate(facts).walks.flatMap(({ flow, end, drop }) =>
    flow.kind === 'names' && flow.container === container
      ? [`${flow.from.at} ${flow.address} ${end} ${drop ? `${drop.location} ${drop.end}` : ''}`.trim()]
      : [],
  )

/** How one flow from probe-default ends. */
export function endOf(facts: Facts, flow: Partial<Flow>): string {
  const whole: Flow = {
    kind: 'egress',
    from: { at: 'container', container: 'probe-default' },
    container: 'probe-default',
    network: 'bridge',
    bridge: 'docker0',
    source: '172.17.0.2',
    address: '203.0.113.10',
    port: 443,
    protocol: 'tcp',
    size: 'small',
    ought: 'pass',
    title: '',
    ...flow,
  }
  return wordsOf(simulateFlows(facts, [whole])[0]!)
}
