import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { simulate } from '../index.ts'
import { endOf, ends, healthy, inside, sysctls } from './healthy-host.spec-data.ts'

const egress = 'probe-default on bridge to the outside, TCP'
const ttl = 'net.ipv4.ip_default_ttl'
const living = (left: number): Facts =>
  inside('probe-default', (own) => ({ sysctls: { ...own.sysctls, [ttl]: String(left) } }))
const byRoute = (hopLimit: number): Facts =>
  inside('probe-default', (own) => ({
    routes: own.routes.map((route) => (route.dst === 'default' ? { ...route, hopLimit } : route)),
  }))

describe('the time to live that a sender gives its packets', () => {
  for (const [what, facts, end] of [
    ['the usual one', living(64), 'passes'],
    ['one that ends at the host', living(1), 'dies out routing dropped'],
    ['one that may end at a router behind the uplink', living(4), 'unclear out uplink dropped'],
    ['one that is enough for the usual paths', living(5), 'passes'],
    ['one of its route', byRoute(1), 'dies out routing dropped'],
    ['one of its route that is longer', byRoute(64), 'passes'],
    ['one that is not known', inside('probe-default', () => ({ sysctls: {} })), 'passes'],
  ] as const)
    it(`is ${what}`, () => expect(ends(facts, egress)).to.deep.equal([end]))

  it('is that of its answers as well, where a router is between', () => {
    expect(ends(living(1), 'port 8080/tcp published by probe-default, from outside')).to.deep.equal([
      'dies back routing dropped',
    ])
    expect(ends(living(1), 'probe-default on bridge to the host')).to.deep.equal(ends(healthy, 'to the host'))
  })

  it('is named where it ends a packet, with its container', () => {
    const found = simulate(living(1)).walks.find(({ flow }) => flow.title.includes(egress))
    expect(found?.drop?.setting).to.deep.equal({ name: ttl, value: '1', inside: 'probe-default' })
  })

  it('is the host’s for what the host sends', () => {
    const facts = sysctls({ [ttl]: '2' })
    expect(ends(facts, egress)).to.deep.equal(['passes'])
    const own = { from: { at: 'host' }, source: '', container: '' } as const
    expect(endOf(facts, own)).to.equal('unclear out uplink dropped')
    expect(endOf(healthy, own)).to.equal('passes')
  })
})
