import { expect } from 'chai'
import type { ContainerNamespace, Facts } from '../evidence/facts.ts'
import { simulate } from './index.ts'
import { healthy, inside } from './walk/healthy-host.spec-data.ts'

const query = (source: string, server: string, left: number, answered = false): string =>
  `udp      17 ${left} src=${source} dst=${server} sport=4 dport=53 ${answered ? '' : '[UNREPLIED] '}src=${server} dst=192.0.2.2 sport=53 dport=4`

/** How name queries of one container end. */
const endsOf = (facts: Facts, container = 'probe-default'): string[] =>
  simulate(facts).walks.flatMap(({ flow, end, drop }) =>
    flow.kind === 'names' && flow.container === container
      ? [`${flow.from.at} ${flow.address} ${end} ${drop ? `${drop.location} ${drop.end}` : ''}`.trim()]
      : [],
  )

const seen = (...connections: string[]): Facts => ({ ...healthy, connections })

describe('name queries to Docker’s resolver', () => {
  for (const [resolverRules, end] of [
    [4, true],
    [undefined, true],
    [0, false],
  ] as const)
    it(`${end ? 'leave' : 'end in'} a container that has ${resolverRules ?? 'unknown'} rules for it`, () => {
      const facts = inside('probe-user', () => ({ resolverRules }))
      const inContainer = endsOf(facts, 'probe-user').filter((each) => each.includes('dies container no-listener'))
      expect(inContainer).to.have.length(end ? 0 : 1)
    })
})

describe('name queries of a container without loopback', () => {
  const without = (change: (own: ContainerNamespace) => Partial<ContainerNamespace>): string[] =>
    simulate(inside('probe-user', change)).walks.flatMap(({ flow, drop }) =>
      flow.kind === 'names' && flow.container === 'probe-user' && drop ? [drop.message] : [],
    )

  it('end in it where lo is down, or 127.0.0.11 is no address of it', () => {
    expect(without(() => ({}))).to.deep.equal([])
    const down = without(({ links }) => ({
      links: links.map((link) => (link.name === 'lo' ? { ...link, up: false } : link)),
    }))
    expect(down).to.have.length(1)
    expect(down[0]).to.match(/^lo is down in probe-user/)
    const unrouted = without(({ routes }) => ({ routes: routes.filter(({ dst }) => !dst.startsWith('127.')) }))
    expect(unrouted).to.have.length(1)
    expect(unrouted[0]).to.contain('no local route to 127.0.0.11')
  })
})

describe('name queries that nothing on the host stops', () => {
  const server = '203.0.113.10'
  const silent = `container ${server} dies outside no-answer`
  const passes = `container ${server} passes`
  for (const [what, connections, ends] of [
    ['pass where conntrack shows none', [], passes],
    ['get no answer where they have waited for two seconds', [query('172.17.0.2', server, 28)], silent],
    ['may still be answered within two seconds', [query('172.17.0.2', server, 29)], passes],
    ['are not judged by the queries of others', [query('172.30.1.10', server, 20)], passes],
    [
      'pass where the server answers anybody',
      [query('172.17.0.2', server, 20), query('192.0.2.2', server, 9, true)],
      passes,
    ],
  ] as const)
    it(what, () => expect(endsOf(seen(...connections))).to.deep.equal([ends]))
})

describe('the servers of Docker’s resolver on user networks', () => {
  const resolver = (nameservers: string[], upstream: string[] = []): Facts => ({
    ...healthy,
    resolver: { ...healthy.resolver, nameservers, upstream },
  })
  const of = (facts: Facts): string[] => endsOf(facts, 'probe-user').map((end) => end.split(' ').slice(0, 2).join(' '))

  it('are a loopback address of the host, by the host’s own network', () =>
    expect(of(resolver(['127.0.0.1']))).to.deep.equal(['host 127.0.0.1']))

  it('are those behind systemd-resolved’s stub, and Docker’s own where that lists none', () => {
    expect(of(resolver(['127.0.0.53'], ['192.0.2.53']))).to.deep.equal(['container 192.0.2.53'])
    expect(of(resolver(['127.0.0.53']))).to.deep.equal(['container 8.8.8.8', 'container 8.8.4.4'])
  })

  it('are none where dockerd notes that', () => {
    const facts = inside('probe-user', ({ resolver }) => ({
      resolver: { ...resolver, comments: ['# NO EXTERNAL NAMESERVERS DEFINED'] },
    }))
    const old = { ...facts, docker: { ...facts.docker, server: '28.5.2' }, resolver: resolver([]).resolver }
    expect(endsOf(old, 'probe-user')).to.deep.equal(['container  dies container no-answer'])
  })
})
