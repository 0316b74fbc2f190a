import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { readIpvs } from '../../evidence/sections/ip-vs/read.ts'
import { readIpsec } from '../../evidence/sections/ipsec/read.ts'
import { endOf, ends, healthy } from './healthy-host.spec-data.ts'

// As `ip -o xfrm policy` prints them, the newest first.
const policy = (selector: string, rest: string, ...more: string[]): string =>
  [`${selector} `, ` ${rest} ptype main `, ...more, ''].join('\\')
const withPolicies = (...lines: string[]): Facts => ({ ...healthy, ipsec: readIpsec(lines) })
const everything = 'src 0.0.0.0/0 dst 0.0.0.0/0'
const outside = 'probe-default on bridge to the outside, TCP'
const other = 'probe-user on probe-a to the outside, TCP'
const fromHost = { from: { at: 'host' }, source: '', container: '' } as const

describe('IPsec’s policies', () => {
  it('block what the host forwards', () => {
    const both = [policy(everything, 'dir fwd action block priority 10')]
    expect(ends(withPolicies(...both), outside)).to.deep.equal(['dies out routing dropped'])
    expect(endOf(withPolicies(...both), fromHost)).to.equal('passes')
  })

  it('are checked with the addresses before NAT', () => {
    const answers = withPolicies(policy('src 0.0.0.0/0 dst 192.0.2.2/32', 'dir fwd action block priority 0'))
    expect(ends(answers, outside)).to.deep.equal(['dies back routing dropped'])
    const behind = withPolicies(policy('src 0.0.0.0/0 dst 172.17.0.0/16', 'dir fwd action block priority 0'))
    expect(ends(behind, outside)).to.deep.equal(['passes'])
  })

  it('are looked for again after NAT of the source', () => {
    const own = withPolicies(policy('src 192.0.2.2/32 dst 0.0.0.0/0', 'dir out action block priority 0'))
    expect(ends(own, outside)).to.deep.equal(['dies out postrouting dropped'])
    expect(endOf(own, fromHost)).to.equal('dies out routing dropped')
  })

  it('have an order: by priority, then the older first', () => {
    const block = (priority: number): string => policy(everything, `dir fwd action block priority ${priority}`)
    const allow = (priority: number): string => policy(everything, `dir fwd action allow priority ${priority}`)
    expect(ends(withPolicies(block(20), allow(10)), outside)).to.deep.equal(['passes'])
    expect(ends(withPolicies(block(10), allow(20)), outside)).to.deep.equal(['dies out routing dropped'])
    expect(ends(withPolicies(block(0), allow(0)), outside)).to.deep.equal(['passes'])
  })

  it('are for what their selectors name', () => {
    const udp = withPolicies(policy(`${everything} proto udp dport 53`, 'dir fwd action block priority 0'))
    expect(ends(udp, outside)).to.deep.equal(['passes'])
    const tcp = withPolicies(policy(`${everything} proto tcp dport 443`, 'dir out action block priority 0'))
    // Port 80 is another.
    expect(ends(tcp, outside)).to.deep.equal(['dies out routing dropped', 'passes'])
    const marked = withPolicies(policy(everything, 'dir fwd action block priority 0', 'mark 0x1/0xffffffff '))
    expect(ends(marked, outside)[0]).to.match(/^unclear/)
    const ahead = policy(everything, 'dir fwd action allow priority 0', 'mark 0x1/0xffffffff ')
    const behind = policy(everything, 'dir fwd action block priority 1')
    expect(ends(withPolicies(behind, ahead), outside)[0]).to.match(/^unclear/)
  })

  it('that need IPsec are not simulated', () => {
    const template = 'tmpl src 192.0.2.2 dst 198.51.100.1\\\tproto esp reqid 1 mode tunnel'
    const tunnel = withPolicies(policy('src 172.17.0.0/16 dst 0.0.0.0/0', 'dir out priority 5', template))
    expect(ends(tunnel, outside)[0]).to.match(/^unclear/)
    expect(ends(tunnel, other)).to.deep.equal(['passes'])
  })

  it('do not concern loopback', () => {
    const all = withPolicies(...['in', 'out'].map((dir) => policy(everything, `dir ${dir} action block priority 0`)))
    const [listener] = healthy.listeners
    const listeners = [{ ...listener!, protocol: 'tcp' as const, family: 4 as const, address: '127.0.0.1', port: 22 }]
    expect(endOf({ ...all, listeners }, { ...fromHost, address: '127.0.0.1', port: 22 })).to.equal('passes')
  })

  it('of single sockets are left out, and what is no policy is refused', () => {
    expect(readIpsec([policy('src 0.0.0.0/0 dst 0.0.0.0/0', 'socket in priority 0')])).to.deep.equal([])
    expect(() => readIpsec(['nonsense'])).to.throw('no IPsec policy')
  })
})

describe('services of the kernel’s load balancer', () => {
  it('take packets before programs do: where they go is not known', () => {
    const facts = {
      ...healthy,
      ipvs: readIpvs(['TCP  C0000202:0016 rr', '  -> 0A000001:0016      Masq    1      0          0']),
    }
    const flow = { kind: 'host-service', address: '192.0.2.2', protocol: 'tcp' } as const
    expect(endOf(facts, { ...flow, port: 22 })).to.match(/^unclear out input/)
    expect(endOf(facts, { ...flow, port: 80 })).to.equal(endOf(healthy, { ...flow, port: 80 }))
  })
})

describe('a rule about IPsec', () => {
  const dropping = (words: string, facts: Facts): Facts => ({
    ...facts,
    xtables: {
      ...facts.xtables,
      legacy: {
        chains: [{ table: 'filter', chain: 'FORWARD', policy: 'ACCEPT' }],
        rules: [{ table: 'filter', chain: 'FORWARD', text: `-A FORWARD -m policy ${words} -j DROP` }],
      } as Facts['xtables']['legacy'],
    },
  })
  const none = '--dir in --pol none'
  const some = '--dir in --pol ipsec --proto esp'
  const known: Facts = { ...healthy, ipsec: [], sections: { ...healthy.sections, ipsec: { status: 'ok', why: '' } } }

  it('is met by no packet, or by every one, where the kernel has no policies', () => {
    expect(ends(dropping(none, known), outside)).to.deep.equal(['dies out forward dropped'])
    expect(ends(dropping(some, known), outside)).to.deep.equal(['passes'])
  })

  it('may be met where its options are not listed', () =>
    expect(ends(dropping('--not-listed', known), outside)).to.deep.equal(['unclear out forward dropped']))

  it('may be met where it has, and where nobody knows', () => {
    const transforms = [
      policy('src 10.8.0.0/16 dst 10.9.0.0/16', 'dir out priority 5', 'tmpl src 192.0.2.2 dst 192.0.2.9'),
    ]
    const failed: Facts = { ...known, sections: { ...known.sections, ipsec: { status: 'failed', why: 'root' } } }
    for (const facts of [{ ...known, ipsec: readIpsec(transforms) }, failed])
      for (const words of [none, some])
        expect(ends(dropping(words, facts), outside), words).to.deep.equal(['unclear out forward dropped'])
  })
})
