import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { ends, healthy, inside, namesOf } from './healthy-host.spec-data.ts'

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
