import { expect } from 'chai'
import type { Facts, NetworkFact, RouteFact } from '../evidence/facts.ts'
import { isUsedUp, poolExhausted } from './address-pool.ts'

const facts = (routes: string[], used: string[] = [], config: Record<string, unknown> = {}, server = '28.5.2'): Facts =>
  ({
    docker: { config, server, networks: [], allNetworks: [{ subnets: used }] },
    routes: routes.map((line): Partial<RouteFact> => {
      const [dst, dev, scope] = line.split(' ')
      return { dst: dst!, dev: dev!, table: 'main', type: 'unicast', scope: scope ?? 'link' }
    }),
  }) as unknown as Facts

describe('Docker’s address pools', () => {
  const all = Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`).concat(
    Array.from({ length: 16 }, (_, i) => `192.168.${16 * i}.0/20`),
  )

  it('have room on a host of a few networks', () => {
    expect(poolExhausted(facts(['default wan0', '172.17.0.0/16 docker0'], ['172.17.0.0/16']))).to.equal(undefined)
    expect(poolExhausted(facts([], all.slice(1)))).to.equal(undefined)
  })

  it('have none beside routes to everywhere, of which those that overlap are named', () => {
    const found = poolExhausted(facts(['0.0.0.0/1 tun0', '128.0.0.0/1 tun0']))
    expect(found?.routes.map(({ dst }) => dst)).to.deep.equal(['128.0.0.0/1'])
    expect(found?.byRoutes).to.equal(true)
    expect(found?.message).to.contain('tun0')
  })

  it('have none left after as many networks as they hold', () => {
    const found = poolExhausted(facts(['192.0.2.0/24 wan0'], all))
    expect(found).to.deep.include({ routes: [], byRoutes: false })
    expect(found?.message).to.contain(`${all.length} networks`)
  })

  it('have none left where a small route holds what networks left over', () => {
    const found = poolExhausted(facts(['192.168.1.0/24 wan0'], all.slice(0, -16).concat(all.slice(-15))))
    expect(found?.byRoutes).to.equal(false)
    expect(found?.message).to.contain('30 networks, and the routes 192.168.1.0/24 dev wan0')
  })

  it('count routes by a gateway as old engines do', () => {
    const routes = ['0.0.0.0/1 tun0 global', '128.0.0.0/1 tun0 global']
    expect(poolExhausted(facts(routes))).to.equal(undefined)
    expect(poolExhausted(facts(routes, [], {}, '20.10.24'))?.routes).to.have.length(1)
  })

  it('do not count a route from 0.0.0.0 on, except as old engines do', () => {
    const config = { 'default-address-pools': [{ base: '10.201.0.0/16', size: 24 }] }
    expect(poolExhausted(facts(['0.0.0.0/1 tun0'], [], config, '26.1.5'))).to.equal(undefined)
    expect(poolExhausted(facts(['0.0.0.0/1 tun0'], [], config, '20.10.24'))?.byRoutes).to.equal(true)
  })

  it('are those that dockerd is configured with', () => {
    const config = { 'default-address-pools': [{ base: '10.10.0.0/16', size: 24 }] }
    const found = poolExhausted(facts(['10.0.0.0/8 tun0'], [], config))
    expect(found?.routes.map(({ dst }) => dst)).to.deep.equal(['10.0.0.0/8'])
    expect(
      poolExhausted(facts(['0.0.0.0/1 tun0'], [], { 'default-address-pools': [{ base: '192.168.0.0/16', size: 24 }] })),
    ).to.equal(undefined)
  })
})

describe('a network’s addresses', () => {
  const network = { name: 'a', subnet: '172.30.0.0/16', range: '172.30.0.0/30', gateway: '172.30.0.1' } as NetworkFact
  const on = (...taken: string[]): Facts =>
    ({ docker: { containers: taken.map((a) => ({ addresses: { a } })) } }) as unknown as Facts
  const both = on('172.30.0.2', '172.30.0.3')

  it('are used up where all of its range are taken but its own and the gateway’s', () => {
    expect(isUsedUp(network, both)).to.equal(true)
    expect(isUsedUp(network, on('172.30.0.2'))).to.equal(false)
    expect(isUsedUp(network, on('172.30.0.2', '172.30.1.3'))).to.equal(false)
    expect(isUsedUp({ ...network, range: '172.30.0.4/30' }, both)).to.equal(false)
  })

  it('are those of its subnet without a range, but the broadcast address', () => {
    const { range: _, ...whole } = network
    expect(isUsedUp({ ...whole, subnet: '172.30.0.0/30' }, on('172.30.0.2'))).to.equal(true)
    expect(isUsedUp({ ...whole, subnet: '172.30.0.0/29' }, on('172.30.0.2'))).to.equal(false)
    expect(isUsedUp(whole, both)).to.equal(false)
    // Some versions of Docker list no gateway, which is the first address then.
    expect(isUsedUp({ ...whole, gateway: '', subnet: '172.30.0.0/30' }, on('172.30.0.2'))).to.equal(true)
    expect(isUsedUp({ ...whole, subnet: '' }, both)).to.equal(false)
  })
})
