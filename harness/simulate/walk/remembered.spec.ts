import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { endOf, ends, healthy, withChain } from './healthy-host.spec-data.ts'

const title = 'probe-default on bridge to the outside, TCP'
const from = (device: string): Record<string, unknown> => ({
  match: { op: '==', left: { meta: { key: 'iifname' } }, right: device },
})
const mangle = (key: object, value: number): Record<string, unknown> => ({ mangle: { key, value } })
const life = (left: number): Record<string, unknown> => mangle({ payload: { protocol: 'ip', field: 'ttl' } }, left)
const zone = (id: number, dir?: string): Record<string, unknown> =>
  mangle({ ct: { key: 'zone', ...(dir && { dir }) } }, id)
const prerouting = (prio: number, ...rules: Record<string, unknown>[][]): Facts =>
  withChain({ hook: 'prerouting', prio }, ...rules)

describe('values that rules set on a packet', () => {
  for (const [what, facts, end] of [
    ['a time to live that ends at the host', prerouting(-150, [from('docker0'), life(1)]), 'dies out routing dropped'],
    ['the same of answers', prerouting(-150, [from('wan0'), life(1)]), 'dies back routing dropped'],
    ['one that is enough for answers', prerouting(-150, [from('wan0'), life(2)]), 'passes'],
    ['one that may end behind the host', prerouting(-150, [from('docker0'), life(3)]), 'unclear out uplink dropped'],
    ['one that is long enough', prerouting(-150, [from('docker0'), life(64)]), 'passes'],
    ['a zone of one way', prerouting(-300, [from('docker0'), zone(9)]), 'dies back routing no-route'],
    ['the same of the other', prerouting(-300, [from('wan0'), zone(9)]), 'dies back routing no-route'],
    ['one zone both ways', prerouting(-300, [from('docker0'), zone(9)], [from('wan0'), zone(9)]), 'passes'],
    ['two zones', prerouting(-300, [from('docker0'), zone(8)], [from('wan0'), zone(9)]), 'dies back routing no-route'],
    ['a zone of first packets alone', prerouting(-300, [from('docker0'), zone(9, 'original')]), 'passes'],
    [
      'a zone that a later rule does not take back',
      prerouting(-300, [zone(9, 'original')], [{ notrack: null }]),
      'passes',
    ],
    ['a zone of answers', prerouting(-300, [from('docker0'), zone(9, 'reply')]), 'dies back routing no-route'],
    ['a zone that comes too late', prerouting(-150, [from('docker0'), zone(9)]), 'passes'],
  ] as const)
    it(what, () => expect(ends(facts, title)).to.deep.equal([end]))

  it('is a zone from a chain of conntrack’s own priority: whether it applies is not known', () => {
    for (const device of ['docker0', 'wan0'])
      expect(endOf(prerouting(-200, [from(device), zone(9)]), {}), device).to.match(/^unclear/)
  })

  it('is a zone for untranslated answers: whether conntrack takes them for another connection is not known', () => {
    const facts = withChain({ hook: 'output', prio: -300 }, [zone(5, 'reply')])
    expect(endOf(facts, { from: { at: 'host' }, source: '', container: '' })).to.equal(
      'unclear back prerouting dropped',
    )
    const both = withChain({ hook: 'output', prio: -300 }, [zone(5)])
    expect(endOf(both, { from: { at: 'host' }, source: '', container: '' })).to.equal('passes')
  })

  it('is a zone that has its NAT and its filters as without one', () => {
    const facts = prerouting(-300, [from('docker0'), zone(9, 'original')])
    expect(ends(facts, 'port 8080/tcp published')).to.deep.equal(['passes'])
    expect(ends(facts, 'isolated networks')).to.deep.equal(ends(healthy, 'isolated networks'))
  })
})

describe('a reject by an error of ICMPv6', () => {
  const rejects = (type: string): Facts =>
    withChain({ family: 'inet', hook: 'forward' }, [{ reject: { type, expr: 'port-unreachable' } }])
  it('is for IPv6 alone', () => {
    expect(ends(rejects('icmpv6'), title)).to.deep.equal(['passes'])
    for (const type of ['icmp', 'icmpx'])
      expect(ends(rejects(type), title)).to.deep.equal(['dies out forward rejected'])
  })
})
