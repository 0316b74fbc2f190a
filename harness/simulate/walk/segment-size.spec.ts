import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { readRoutes } from '../../evidence/sections/routes/read.ts'
import { endOf, healthy, inside, links, withChain } from './healthy-host.spec-data.ts'

/** The host whose rule drops packets that offer segments of a size between two values. */
const dropping = (low: number, high: number, hook = 'forward'): Facts =>
  withChain({ hook }, [
    {
      match: {
        op: '==',
        left: { 'tcp option': { name: 'maxseg', field: 'size' } },
        right: { range: [low, high] },
      },
    },
    { drop: null },
  ])
const ofContainer = (change: object, facts: Facts): Facts =>
  inside(
    'probe-default',
    (own) => ({ routes: own.routes.map((route) => (route.dst === 'default' ? { ...route, ...change } : route)) }),
    facts,
  )
const drops = 'dies out forward dropped'
const host = { from: { at: 'host' }, source: '', container: '' } as const

describe('the segment size that a sender offers', () => {
  it('is what fits its device', () => {
    expect(endOf(dropping(1460, 1460), {})).to.equal(drops)
    expect(endOf(dropping(1461, 65535), {})).to.equal('unclear back forward dropped')
    expect(endOf(dropping(1461, 65535), { protocol: 'udp' })).to.equal('passes')
    const small = inside('probe-default', (own) => ({ links: own.links.map((link) => ({ ...link, mtu: 1400 })) }))
    expect(endOf({ ...dropping(1360, 1360), containers: small.containers }, {})).to.equal(drops)
  })

  it('is what its route has', () => {
    expect(endOf(ofContainer({ segmentSize: 1200 }, dropping(1200, 1200)), {})).to.equal(drops)
    expect(endOf(ofContainer({ mtu: 1300 }, dropping(1260, 1260)), {})).to.equal(drops)
    const text = '[{"dst":"10.0.0.0/8","dev":"d0","metrics":[{"mtu":1300,"advmss":1200}]}]'
    expect(readRoutes(text)).to.deep.include({
      type: 'unicast',
      dst: '10.0.0.0/8',
      table: 'main',
      metric: 0,
      flags: [],
      dev: 'd0',
      mtu: 1300,
      segmentSize: 1200,
    })
  })

  it('is the host’s for what the host sends', () => {
    expect(endOf(dropping(1460, 1460, 'output'), host)).to.equal('dies out output dropped')
    expect(endOf(dropping(1, 1459, 'output'), host)).to.equal('passes')
    const large = links(({ name }) => (name === 'wan0' ? { mtu: 9000 } : {}), dropping(8960, 8960, 'output'))
    expect(endOf(large, host)).to.equal('dies out output dropped')
  })

  it('is between what is usual where the sender is elsewhere', () => {
    expect(endOf(dropping(1, 535), {})).to.equal('passes')
    expect(endOf(dropping(65496, 65535), {})).to.equal('passes')
    expect(endOf(dropping(1, 1000), {})).to.equal('unclear back forward dropped')
    expect(endOf(healthy, {})).to.equal('passes')
  })
})
