import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import type { Flow } from '../flow.ts'
import { endOf, healthy, inside, links, port, strangers, sysctls, withChain } from './healthy-host.spec-data.ts'

const match = (left: object, right: unknown, op = '=='): Record<string, unknown> => ({ match: { op, left, right } })
const ip = (field: string): object => ({ payload: { protocol: 'ip', field } })
const ct = (key: string): object => ({ ct: { key } })
const drop = { drop: null }
const fromHost = { from: { at: 'host' }, source: '' } as const

// Two containers of one network; one sends its packets for the other through the host.
const [one, other] = healthy.containers
  .filter(({ links }) => links.some(({ ips }) => ips.some(({ address }) => address.startsWith('172.30.1.'))))
  .map(({ container, links }) => ({
    container,
    address: links
      .flatMap(({ ips }) => ips.map(({ address }) => address))
      .find((each) => each.startsWith('172.30.1.'))!,
  })) as [{ container: string; address: string }, { container: string; address: string }]
const peer: Partial<Flow> = {
  kind: 'peer',
  from: { at: 'container', container: one.container },
  container: one.container,
  network: 'probe-a',
  bridge: 'br-probe-a',
  source: one.address,
  address: other.address,
  port: 0,
  protocol: 'icmp',
}
const byHost = (container: string, facts: Facts): Facts =>
  inside(
    container,
    (own) => ({
      routes: own.routes.filter(({ dst }) => dst !== '172.30.1.0/24'),
    }),
    facts,
  )
const hidden = { ...sysctls({ 'net.bridge.bridge-nf-call-iptables': '0' }), nft: healthy.nft }
const both = (facts: Facts, rules: Facts): Facts => ({ ...facts, nft: rules.nft })

describe('conntrack', () => {
  it('takes an answer for a new connection where it has not seen the first packet', () => {
    const nat = withChain({ hook: 'postrouting', type: 'nat', prio: -100 }, [match(ip('daddr'), one.address), drop])
    const facts = both(byHost(other.container, hidden), nat)
    const udp = { ...peer, protocol: 'udp', port: 53 } as const
    expect(endOf(facts, udp)).to.equal('dies back postrouting dropped')
    expect(endOf(facts, { ...peer, protocol: 'tcp', port: 80 })).to.equal('dies back postrouting dropped')
    expect(endOf(facts, peer), 'an echo’s answer belongs to no connection').to.equal('passes')
    const seen = { ...facts, sysctls: { ...facts.sysctls, 'net.bridge.bridge-nf-call-iptables': '1' } }
    expect(endOf(seen, udp)).to.equal('passes')
  })

  it('treats packets after an answer that it did not see as invalid', () => {
    const invalid = withChain({}, [match(ct('state'), 'invalid'), drop])
    const facts = both(byHost(one.container, hidden), invalid)
    expect(endOf(facts, { ...peer, protocol: 'tcp', port: 80 })).to.equal('dies out forward dropped')
    expect(endOf(facts, { ...peer, protocol: 'udp', port: 53 })).to.equal('passes')
    expect(endOf(both(hidden, invalid), { ...peer, protocol: 'tcp', port: 80 })).to.equal('passes')
  })

  it('sees an acknowledgement that is smaller than the first packet', () => {
    const short = withChain({}, [match({ meta: { key: 'length' } }, 60, '<'), drop])
    expect(endOf(short, {})).to.equal('dies out forward dropped')
    expect(endOf(short, { protocol: 'udp' })).to.equal('passes')
    const back = withChain({}, [match({ meta: { key: 'length' } }, 60, '<'), match(ip('daddr'), '172.17.0.2'), drop])
    expect(endOf(back, {})).to.equal('dies back forward dropped')
  })

  it('has an unlisted position among chains of its own priority, at input too', () => {
    const answers = (prio: number): Facts =>
      withChain({ hook: 'input', prio }, [match(ip('saddr'), '172.17.0.2'), match(ct('direction'), 'reply'), drop])
    const published = { kind: 'published', address: '192.0.2.2', port: 8080, ...fromHost } as const
    expect(endOf(answers(99), published)).to.equal('dies back input dropped')
    expect(endOf(answers(100), published)).to.match(/^unclear/)
    expect(endOf(answers(101), published)).to.equal('passes')
  })

  it('translates no untracked answer back', () => {
    const source = withChain({ hook: 'input', type: 'nat', prio: 100 }, [
      match(ip('saddr'), '198.51.100.9'),
      { snat: { addr: '198.51.100.7' } },
    ])
    const notrack = withChain({ name: 'raw', hook: 'output', prio: -300 }, [
      match(ip('saddr'), '192.0.2.2'),
      { notrack: null },
    ])
    const ping: Partial<Flow> = {
      kind: 'host-service',
      from: { at: 'outside', device: 'wan0' },
      source: '198.51.100.9',
      address: '192.0.2.2',
      protocol: 'icmp',
      port: 0,
    }
    expect(endOf(source, ping)).to.equal('passes')
    expect(endOf({ ...source, nft: [...source.nft, notrack.nft.at(-1)!] }, ping)).to.equal('dies back routing no-route')
  })

  it('may lose a connection whose later packets get another zone, whichever of them has it', () => {
    const zone = { mangle: { key: { ct: { key: 'zone', dir: 'original' } }, value: 5 } }
    const flags = { payload: { protocol: 'tcp', field: 'flags' } }
    const flow = { ...fromHost, address: other.address, port: 80, protocol: 'tcp' } as const
    for (const op of ['==', '!=']) {
      const zoned = withChain({ hook: 'output', prio: -300 }, [match(flags, 'syn', op), zone])
      expect(endOf(zoned, flow), op).to.equal('unclear out output dropped')
      expect(endOf(zoned, { ...flow, protocol: 'icmp', port: 0 }), op).to.equal('passes')
    }
    expect(endOf(withChain({ hook: 'output', prio: -300 }, [zone]), flow), 'all of them').to.equal('passes')
  })
})

describe('an answer in another zone than its connection', () => {
  it('may belong to the connection that later packets make, or that only the first answer misses', () => {
    const zone = { mangle: { key: { ct: { key: 'zone' } }, value: 5 } }
    const flags = { payload: { protocol: 'tcp', field: 'flags' } }
    const first = withChain({ name: 'raw', hook: 'prerouting', prio: -300 }, [match(flags, 'syn'), zone])
    const answer = withChain({ name: 'raw', hook: 'output', prio: -300 }, [match(flags, ['syn', 'ack']), zone])
    const snat = withChain({ name: 'back', hook: 'postrouting', type: 'nat', prio: 99 }, [
      match(ip('saddr'), '192.0.2.2'),
      { snat: { addr: '172.17.0.1' } },
    ])
    const toHost = { kind: 'host-service', address: '192.0.2.2', port: 22, protocol: 'tcp' } as const
    expect(endOf(snat, toHost)).to.equal('passes')
    for (const { nft } of [first, answer])
      expect(endOf({ ...first, nft: [...nft, snat.nft.at(-1)!] }, toHost)).to.match(/^unclear/)
  })

  it('makes the sender’s later packets invalid', () => {
    const zone = { mangle: { key: { ct: { key: 'zone' } }, value: 5 } }
    const answers = withChain({ name: 'raw', hook: 'output', prio: -300 }, [match(ip('saddr'), '192.0.2.2'), zone])
    const dropped = (state: string): Facts => {
      const rule = withChain({ name: 'own', hook: 'input' }, [match(ct('state'), state, 'in'), drop])
      return { ...answers, nft: [...answers.nft, rule.nft.at(-1)!] }
    }
    const from = { at: 'outside', device: 'wan0' } as const
    const incoming = { kind: 'host-service', from, container: '', source: '192.0.2.1', address: '192.0.2.2' } as const
    expect(endOf(dropped('established'), { ...incoming, port: 22 })).to.equal('passes')
    expect(endOf(dropped('invalid'), { ...incoming, port: 22 })).to.equal('dies out input dropped')
  })
})

describe('a packet that NAT redirects', () => {
  const elsewhere = (hook: string, address: string): Facts =>
    withChain({ hook, type: 'nat', prio: -150 }, [match(ip('daddr'), address), { dnat: { addr: '203.0.113.10' } }])

  it('is not misdirected by its first destination', () => {
    const lost = { ...healthy, routes: healthy.routes.filter(({ dst }) => dst !== '172.17.0.0/16') }
    const toContainer = { kind: 'forwarded', address: '172.17.0.2', port: 80, ...fromHost } as const
    expect(endOf(lost, toContainer)).to.equal('dies out routing no-route')
    expect(endOf(both(lost, elsewhere('output', '172.17.0.2')), toContainer)).to.equal('passes')
  })

  // Tried on Linux 6.18: of rules for the host's own packets alone, none makes the kernel read a rerouted packet.
  it('is routed again without its protocol, unless a rule for other packets needs that', () => {
    const away = elsewhere('output', '192.0.2.2')
    const rule = { priority: 100, not: false, action: 'blackhole', unknown: [], ipproto: 'tcp' }
    const under = (...rules: object[]): Facts => ({
      ...away,
      policyRules: [...away.policyRules, ...(rules as Facts['policyRules'])],
    })
    const flow = { kind: 'forwarded', address: '192.0.2.2', port: 80, protocol: 'tcp', ...fromHost } as const
    expect(endOf(away, flow)).to.equal('passes')
    expect(endOf(under({ ...rule, iif: 'lo' }), flow)).to.equal('passes')
    expect(endOf(under(rule), flow)).to.equal('dies out routing no-route')
    const other = { ...rule, priority: 90, ipproto: 'udp' }
    expect(endOf(under({ ...rule, iif: 'lo' }, other), flow)).to.equal('dies out routing no-route')
  })

  it('still has to find its first neighbour', () => {
    const shown = { ...strangers(sysctls({ 'net.bridge.bridge-nf-call-iptables': '1' })) }
    const isolated = links(
      ({ name, port: own }) =>
        own && [one, other].some(({ container }) => port(container) === name)
          ? { port: { ...own, isolated: true } }
          : {},
      shown,
    )
    const rules = elsewhere('prerouting', other.address)
    // A flow between containers would not pass: it ends outside.
    const out = { ...peer, kind: 'egress' } as const
    expect(endOf(both(shown, rules), out)).to.equal('passes')
    expect(endOf(both(isolated, rules), out)).to.equal('dies out bridge no-link')
  })

  it('gets ARP answers that a bridge passes on: they are for another machine', () => {
    const own = (type: string): Facts =>
      withChain({ family: 'bridge', hook: 'postrouting', prio: -300 }, [
        match({ meta: { key: 'pkttype' } }, type),
        match({ payload: { protocol: 'ether', field: 'type' } }, 'arp'),
        drop,
      ])
    expect(endOf(strangers(own('host')), peer)).to.equal('passes')
    expect(endOf(strangers(own('other')), peer)).to.match(/^dies/)
  })
})

describe('a frame that a bridge passes on', () => {
  it('is for another machine, as its ARP answer is', () => {
    const flow = { ...peer, protocol: 'tcp', port: 80 } as const
    for (const hook of ['forward', 'postrouting']) {
      const rules = (type: string) =>
        withChain({ family: 'bridge', hook, prio: 50 }, [match({ meta: { key: 'pkttype' } }, type), drop])
      expect(endOf(rules('host'), flow), hook).to.equal('passes')
      expect(endOf(rules('other'), flow), hook).to.match(/^dies out \w+ dropped$/)
    }
  })

  it('stays one for the host where NAT sends it on', () => {
    const bridged = sysctls({ 'net.bridge.bridge-nf-call-iptables': '1' })
    const nat = withChain({ name: 'nat', hook: 'prerouting', type: 'nat', prio: -150 }, [
      match(ip('daddr'), '198.51.100.9'),
      { dnat: { addr: other.address } },
    ]).nft.at(-1)!
    const flow = { ...peer, address: '198.51.100.9', protocol: 'tcp', port: 80 } as const
    for (const hook of ['forward', 'postrouting']) {
      const rules = (type: string): Facts => {
        const own = withChain({ family: 'bridge', hook, prio: 50 }, [
          match({ meta: { key: 'pkttype' } }, type),
          match(ip('daddr'), other.address),
          drop,
        ])
        return { ...bridged, nft: [...own.nft, nat] }
      }
      expect(endOf(rules('other'), flow), hook).to.equal('passes')
      expect(endOf(rules('host'), flow), hook).to.match(/^dies out \w+ dropped$/)
    }
  })
})
