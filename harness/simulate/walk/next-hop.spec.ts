import { expect } from 'chai'
import { examineFacts } from '../../diagnosis/examine.ts'
import type { Facts } from '../../evidence/facts.ts'
import { ends, healthy, inside, namesOf } from './healthy-host.spec-data.ts'
import { ruleInWords } from './next-hop.ts'

describe('a routing rule that ends packets', () => {
  const rule: Facts['policyRules'][number] = {
    priority: 90,
    not: false,
    dst: '203.0.113.0/24',
    uidrange: '0',
    action: 'prohibit',
    unknown: [],
  }

  it('is in the words of `ip rule`, with each of its conditions', () => {
    expect(ruleInWords(rule)).to.equal('from all to 203.0.113.0/24 uidrange 0-0 prohibit')
    expect(ruleInWords({ ...rule, uidrange: '0-99', tos: '0x10', iif: 'docker0' })).to.equal(
      'from all to 203.0.113.0/24 tos 0x10 iif docker0 uidrange 0-99 prohibit',
    )
  })

  it('is no rule about packets to containers where they only come from one', () => {
    const facts: Facts = { ...healthy, policyRules: [rule, ...healthy.policyRules] }
    const { findings } = examineFacts(facts)
    const [found] = findings
    expect(found?.cause).to.equal('policy-route')
    expect(found?.summary).to.contain('90 (from all to 203.0.113.0/24 uidrange 0-0 prohibit) stops packets from 172.')
    expect(found?.remedies.map(({ name }) => name)).to.deep.equal([])
  })

  it('is passed by ahead of it where it stops packets to containers', () => {
    const facts: Facts = {
      ...healthy,
      policyRules: [{ ...rule, dst: '172.16.0.0/12' }, ...healthy.policyRules],
    }
    const [found] = examineFacts(facts).findings
    expect(found?.remedies.map(({ name }) => name)).to.deep.equal(['containers-by-main-table'])
  })
})

const nextHop = (gateway: string, dev: string) => ({ gateway, dev, weight: 1, flags: [] as string[] })
const isDefault = ({ dst }: Facts['routes'][number]): boolean => dst === 'default'

// Docker's resolver sends the queries of a user network from the host's own network here, as Docker 28 does.
const queried = inside('probe-user', ({ resolver }) => ({
  resolver: { ...resolver, comments: ['# ExtServers: [host(203.0.113.10)]'] },
}))

/** The host with several next hops to other networks. */
const via = (...gateways: string[]): Facts => {
  const others = healthy.routes.filter((route) => !isDefault(route))
  const [own] = healthy.routes.filter(isDefault)
  const { gateway: _, ...route } = own!
  const dead = { ...healthy.neighbours[0]!, address: '192.0.2.77', dev: 'wan0', state: ['FAILED'], lladdr: undefined }
  return {
    ...queried,
    routes: [...others, { ...route, nexthops: gateways.map((each) => nextHop(each, 'wan0')) }],
    neighbours: [...healthy.neighbours, dead as Facts['neighbours'][number]],
  }
}
const unclear = ['unclear out uplink no-neighbour']

describe('a route with several next hops', () => {
  it('passes where all of them do', () => {
    const facts = via('192.0.2.1', '192.0.2.1')
    expect(ends(facts, 'to the outside')).to.deep.equal(['passes'])
    expect(namesOf(facts, 'probe-user')).to.deep.equal(['host 203.0.113.10 passes'])
  })

  for (const [what, order] of [
    ['the last', ['192.0.2.1', '192.0.2.77']],
    ['the first', ['192.0.2.77', '192.0.2.1']],
  ] as const)
    it(`leaves open which one is taken, where ${what} does not answer`, () => {
      expect(ends(via(...order), 'to the outside')).to.deep.equal(unclear)
      expect(namesOf(via(...order), 'probe-user')).to.deep.equal(['host 203.0.113.10 unclear uplink no-neighbour'])
    })

  it('ends all packets where none answers', () =>
    expect(namesOf(via('192.0.2.77', '192.0.2.77'), 'probe-user')).to.deep.equal([
      'host 203.0.113.10 dies uplink no-neighbour',
    ]))

  it('is followed inside a container as well', () => {
    const facts = inside('probe-default', (own) => ({
      routes: own.routes.map((route) =>
        isDefault(route)
          ? { ...route, gateway: undefined, nexthops: [nextHop('172.17.0.1', 'eth0'), nextHop('172.17.0.99', 'eth0')] }
          : route,
      ),
    }))
    expect(ends(facts, 'probe-default on bridge, to the outside').every((end) => end.startsWith('unclear'))).to.equal(
      true,
    )
  })
})
