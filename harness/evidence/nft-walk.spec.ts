import { expect } from 'chai'
import type { NftChain } from './nft.ts'
import { type Packet, walk } from './nft-walk.ts'

const packet: Packet = { input: 'docker0', output: 'wan0', protocol: 'tcp', source: '172.17.0.2' }
const match = (key: string, right: unknown, op = '==') => ({ match: { op, left: { meta: { key } }, right } })
const ct = (key: string, right: unknown, op = 'in') => ({ match: { op, left: { ct: { key } }, right } })
const payload = (protocol: string, field: string, right: unknown, op = '==') => ({
  match: { op, left: { payload: { protocol, field } }, right },
})
const accept = { accept: null }
const drop = { drop: null }
const jump = (target: string) => ({ jump: { target } })

const chain = (name: string, ...rules: Record<string, unknown>[][]): NftChain => ({
  ...{ family: 'inet', table: 't', name },
  rules: rules.map((expr) => ({ family: 'inet', table: 't', chain: name, expr })),
})
/** The verdict of a base chain with policy accept. */
const verdict = (chains: NftChain[], policy = 'accept', of = packet) =>
  walk({ ...chains[0]!, type: 'filter', hook: 'forward', policy }, of, chains).verdict
const dropsIf = (part: Record<string, unknown>, of = packet) =>
  verdict([chain('base', [part, drop])], 'accept', of) === 'drop'

describe('a walk through nftables rules', () => {
  it('ends with the policy where no rule decides', () => {
    expect(verdict([chain('base', [{ counter: null }])])).to.equal('accept')
    expect(verdict([chain('base')], 'drop')).to.equal('drop')
  })

  it('tells the chains it went through', () => {
    const chains = [
      chain('base', [jump('zones')]),
      chain('zones', [{ reject: { type: 'icmpx', expr: 'admin-prohibited' } }]),
    ]
    expect(walk(chains[0]!, packet, chains)).to.deep.include({
      verdict: 'reject',
      path: 'base > zones: reject icmpx admin-prohibited',
    })
  })

  it('comes back from a jump and from return, and not from a goto', () => {
    const zone = chain('zone', [match('iifname', 'docker0'), { return: null }], [accept])
    expect(verdict([chain('base', [jump('zone')], [drop]), zone])).to.equal('drop')
    const empty = chain('empty')
    expect(
      verdict([chain('base', [jump('in')], [drop]), chain('in', [{ goto: { target: 'empty' } }], [accept]), empty]),
    ).to.equal('drop')
  })

  it('matches interfaces, and their wildcards', () => {
    expect(dropsIf(match('iifname', 'docker0'))).to.equal(true)
    expect(dropsIf(match('iifname', 'docker*'))).to.equal(true)
    expect(dropsIf(match('oifname', { set: ['eth0', 'wan0'] }))).to.equal(true)
    expect(dropsIf(match('oifname', 'wan0', '!='))).to.equal(false)
  })

  it('is of a new connection that nothing has translated', () => {
    expect(dropsIf(ct('state', { set: ['established', 'related'] }, '=='))).to.equal(false)
    expect(dropsIf(ct('state', ['new', 'untracked']))).to.equal(true)
    expect(dropsIf(ct('status', 'dnat'))).to.equal(false)
  })

  it('goes to no address and port in particular', () => {
    expect(dropsIf(payload('tcp', 'dport', 25))).to.equal(false)
    expect(dropsIf(payload('tcp', 'dport', 25, '!='))).to.equal(true)
    expect(dropsIf(payload('ip', 'daddr', '203.0.113.10'))).to.equal(false)
    expect(dropsIf(payload('udp', 'dport', 53, '!='))).to.equal(false)
    expect(dropsIf(payload('ip6', 'daddr', '::1', '!='))).to.equal(false)
    expect(dropsIf(payload('ip', 'saddr', { prefix: { addr: '172.17.0.0', len: 16 } }))).to.equal(true)
    expect(dropsIf(match('l4proto', { set: ['icmp', 'ipv6-icmp'] }), { ...packet, protocol: 'icmp' })).to.equal(true)
  })

  it('says so where the rules alone do not tell', () => {
    expect(verdict([chain('base', [match('mark', 1), drop])])).to.equal('unknown')
    expect(verdict([chain('base', [match('mark', 1), { counter: null }])])).to.equal('accept')
    expect(verdict([chain('base', [{ vmap: {} }])])).to.equal('unknown')
    expect(verdict([chain('base', [jump('base')])])).to.equal('unknown')
  })
})
