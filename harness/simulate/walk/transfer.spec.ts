import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { endOf, links, withChain } from './healthy-host.spec-data.ts'

const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } })
const flags = { '&': [{ payload: { protocol: 'tcp', field: 'flags' } }, ['fin', 'syn', 'rst', 'ack']] }
const state = (name: string) => match({ ct: { key: 'state' } }, name)
const size = (op: string, bytes: number) => match({ meta: { key: 'length' } }, bytes, op)
const drop = { drop: null }

const small = { size: 'small' } as const
const large = { size: 'full' } as const

describe('a large TCP transfer', () => {
  it('starts with a small packet: a rule for that one ends it', () => {
    const facts = withChain({}, [match(flags, 'syn'), drop])
    for (const flow of [small, large]) expect(endOf(facts, flow)).to.equal('dies out forward dropped')
  })

  it('has no large packet that starts a connection', () => {
    const rules = [
      [state('new'), match(flags, 'syn', '!='), drop],
      [state('new'), size('>', 200), drop],
    ]
    for (const rule of rules) expect(endOf(withChain({}, rule), large)).to.equal('passes')
  })

  it('ends at a rule for large packets of its connection, in either direction', () => {
    const direction = (name: string) => match({ ct: { key: 'direction' } }, name)
    const sized = (...rest: Record<string, unknown>[]): Facts => withChain({}, [size('>', 900), ...rest, drop])
    expect(endOf(sized(), small)).to.equal('passes')
    expect(endOf(sized(direction('original')), large)).to.equal('dies out forward dropped')
    expect(endOf(sized(direction('reply')), large)).to.equal('dies back forward dropped')
  })

  it('goes where NAT sends its first packet', () => {
    const astray = { dnat: { addr: '203.0.113.99', port: 9 } }
    const nat = (rule: Record<string, unknown>[]): Facts =>
      withChain({ type: 'nat', hook: 'prerouting', prio: -110 }, rule)
    const published = { kind: 'published', from: { at: 'outside', device: 'wan0' }, source: '192.0.2.1' } as const
    const flow = { ...published, address: '192.0.2.2', port: 8080, size: 'full' } as const
    expect(endOf(nat([match(flags, 'syn', '!='), astray]), flow)).to.equal('passes')
    expect(endOf(nat([match(flags, 'syn'), astray]), flow)).to.match(/^dies out/)
  })

  it('has answers as large as its sender accepts, also where the host’s uplink is smaller', () => {
    const report = match({ payload: { protocol: 'icmp', field: 'code' } }, 4)
    const lost = withChain({ hook: 'output' }, [match({ meta: { key: 'oifname' } }, 'docker0'), report, drop])
    const narrow = links((link) => (link.name === 'wan0' ? { mtu: 1400 } : {}), lost)
    const published = { kind: 'published', from: { at: 'outside', device: 'wan0' }, source: '192.0.2.1' } as const
    const flow = { ...published, address: '192.0.2.2', port: 8080 } as const
    expect(endOf(narrow, { ...flow, ...small })).to.equal('passes')
    expect(endOf(lost, { ...flow, ...large })).to.equal('passes')
    expect(endOf(narrow, { ...flow, ...large })).to.equal('dies back output dropped')
  })
})
