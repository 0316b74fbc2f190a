import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { endOf, healthy } from './healthy-host.spec-data.ts'

const lan = { type: 'unicast', dst: '10.9.0.0/16', table: 'main', metric: 0, flags: [], gateway: '192.0.2.77' }
const seen = (destination: string, answeredBy = destination): string =>
  `tcp 6 99 ESTABLISHED src=172.17.0.2 dst=${destination} sport=4 dport=80 src=${answeredBy} dst=172.17.0.2 sport=80 dport=4 [ASSURED]`
/** The host without masquerading, with a route to a network behind another router of its link. */
const bare = (...connections: string[]): Facts => ({
  ...healthy,
  routes: [...healthy.routes, { ...lan, dev: 'wan0' }],
  nft: healthy.nft.map((chain) => (chain.name === 'POSTROUTING' ? { ...chain, rules: [] } : chain)),
  connections,
})

describe('a connection that conntrack has seen answered', () => {
  const cases: [what: string, connection: string, end: string][] = [
    ['to the far end itself', seen('203.0.113.10'), 'passes'],
    ['to another machine behind the same router', seen('198.51.100.7'), 'passes'],
    ['answered by another machine in its stead', seen('203.0.113.10', '198.51.100.7'), 'passes'],
    ['to a machine behind another router', seen('10.9.0.4'), 'dies out postrouting unmasqueraded'],
    ['to a machine on the uplink’s own link', seen('192.0.2.50'), 'dies out postrouting unmasqueraded'],
    ['redirected to the host', seen('203.0.113.10', '192.0.2.2'), 'dies out postrouting unmasqueraded'],
    [
      'without an answer',
      seen('203.0.113.10').replace('[ASSURED]', '[UNREPLIED]'),
      'dies out postrouting unmasqueraded',
    ],
  ]
  for (const [what, connection, end] of cases)
    it(`${what} ${end === 'passes' ? 'proves' : 'does not prove'} the outside’s route to containers`, () =>
      expect(endOf(bare(connection), {})).to.equal(end))

  it('proves the way to its own network alone', () => {
    const facts = bare(seen('10.9.0.4'))
    expect(endOf(facts, { address: '10.9.1.1' })).to.equal('passes')
    expect(endOf(facts, { address: '203.0.113.10' })).to.equal('dies out postrouting unmasqueraded')
  })
})
