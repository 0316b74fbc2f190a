import { expect } from 'chai'
import { egressOf } from './connection.ts'
import type { Facts } from './facts.ts'

const line = (destination: string, more = '', answeredBy = destination): string =>
  `tcp 6 9 ESTABLISHED src=172.17.0.2 dst=${destination} sport=1 dport=80 ${more}src=${answeredBy} dst=172.17.0.2 sport=80 dport=1`
const facts = (connections: string[]): Facts =>
  ({
    connections,
    docker: {
      networks: [{ name: 'bridge', subnet: '172.17.0.0/16' }],
      containers: [{ addresses: { bridge: '172.17.0.2' } }],
    },
    links: [{ addresses: ['192.0.2.2'] }, { addresses: ['172.17.0.1'] }],
  }) as unknown as Facts

describe('the egress connections of a network', () => {
  it('go to the outside, and not to containers, to many hosts at once or to the host itself', () => {
    const lines = ['203.0.113.10', '172.17.0.3', '224.0.0.22', '192.0.2.2', '172.17.0.1'].map((to) => line(to))
    const found = egressOf({ name: 'bridge' }, facts(lines))
    expect(found.map(({ destination }) => destination)).to.deep.equal(['203.0.113.10'])
  })

  it('are not those that a rule redirects to the host or to a container', () => {
    for (const to of ['192.0.2.2', '172.17.0.3'])
      expect(egressOf({ name: 'bridge' }, facts([line('203.0.113.10', '', to)])), to).to.deep.equal([])
    expect(egressOf({ name: 'bridge' }, facts([line('203.0.113.10', '', '203.0.113.9')]))).to.have.length(1)
  })

  it('are answered where conntrack has seen it so, and bare where the answer is due to the container', () => {
    const [bare] = egressOf({ name: 'bridge' }, facts([line('203.0.113.10', '[UNREPLIED] ')]))
    expect(bare).to.include({ answered: false, replyTo: '172.17.0.2' })
  })
})
