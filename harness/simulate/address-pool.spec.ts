import { expect } from 'chai'
import type { Facts, RouteFact } from '../evidence/facts.ts'
import { poolExhausted } from './address-pool.ts'

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

  it('have none beside routes to everywhere, which are named', () => {
    const found = poolExhausted(facts(['0.0.0.0/1 tun0', '128.0.0.0/1 tun0']))
    expect(found?.blockers).to.deep.equal(['0.0.0.0/1', '128.0.0.0/1'])
    expect(found?.message).to.contain('tun0')
  })

  it('have none left after as many networks as they hold', () => {
    const found = poolExhausted(facts([], all))
    expect(found?.blockers).to.deep.equal([])
    expect(found?.message).to.contain(`${all.length} networks`)
  })

  it('count routes by a gateway as old engines do', () => {
    const routes = ['0.0.0.0/1 tun0 global', '128.0.0.0/1 tun0 global']
    expect(poolExhausted(facts(routes))).to.equal(undefined)
    expect(poolExhausted(facts(routes, [], {}, '20.10.24'))?.blockers).to.have.length(2)
  })

  it('are those that dockerd is configured with', () => {
    const config = { 'default-address-pools': [{ base: '10.10.0.0/16', size: 24 }] }
    expect(poolExhausted(facts(['10.0.0.0/8 tun0'], [], config))?.blockers).to.deep.equal(['10.0.0.0/8'])
    expect(
      poolExhausted(facts(['0.0.0.0/1 tun0'], [], { 'default-address-pools': [{ base: '192.168.0.0/16', size: 24 }] })),
    ).to.equal(undefined)
  })
})
