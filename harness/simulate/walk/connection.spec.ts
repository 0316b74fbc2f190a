import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { endOf, healthy, inside, links, port, strangers, sysctls, withChain } from './healthy-host.spec-data.ts'

const match = (left: object, right: unknown, op = '=='): Record<string, unknown> => ({ match: { op, left, right } })
const drop = { drop: null }
const ct = (key: string): object => ({ ct: { key } })
const rule = (rest: Partial<Facts['policyRules'][number]>): Facts => ({
  ...healthy,
  policyRules: [...healthy.policyRules, { priority: 100, not: false, action: 'prohibit', unknown: [], ...rest }],
})
const hairpin = { kind: 'published', address: '192.0.2.2', port: 8080 } as const
const bridged = { 'net.bridge.bridge-nf-call-iptables': '1' }
const udp = { protocol: 'udp', size: 'full' } as const

describe('a connection', () => {
  it('passes on a healthy host', () => expect(endOf(healthy, {})).to.equal('passes'))

  it('dies where its third packet does', () => {
    const facts = withChain({}, [
      match(ct('state'), 'established'),
      match({ ct: { key: 'direction' } }, 'original'),
      drop,
    ])
    expect(endOf(facts, {})).to.equal('dies out forward dropped')
    expect(endOf(facts, { protocol: 'icmp', port: 0 })).to.equal('passes')
  })

  it('is unclear where later packets go another way than the first two', () => {
    const later = [match(ct('state'), 'established'), match({ ct: { key: 'direction' } }, 'original')]
    const set = (key: object, value: unknown): object => ({ mangle: { key, value } })
    const early = (...rules: object[][]): Facts =>
      withChain({ hook: 'prerouting', prio: -150 }, ...rules.map((rest) => [...later, ...rest] as never))
    const life = { payload: { protocol: 'ip', field: 'ttl' } }
    expect(endOf(early([set(life, 1)]), {})).to.equal('unclear out prerouting dropped')
    expect(endOf(early([set(life, 64)]), {})).to.equal('passes')
    expect(endOf(early([set({ payload: { protocol: 'ip', field: 'daddr' } }, '203.0.113.9')]), {})).to.match(/^unclear/)
    const marked = early([set({ meta: { key: 'mark' } }, 7)])
    expect(endOf(marked, {})).to.equal('passes')
    const routed = (action: 'lookup' | 'prohibit', table?: string): Facts => ({
      ...marked,
      policyRules: [
        ...healthy.policyRules,
        { priority: 100, not: false, action, fwmark: 7, unknown: [], ...(table && { table }) },
      ],
    })
    expect(endOf(routed('prohibit'), {})).to.equal('unclear out prerouting dropped')
    expect(endOf(routed('lookup', 'empty'), {})).to.equal('passes')
  })

  it('dies where a rule drops the mark that later packets get', () => {
    const later = match(ct('state'), 'established')
    const marks = (key: object): object[][] => [
      [later, match({ meta: { key: 'iifname' } }, 'docker0'), { mangle: { key, value: 7 } }],
      [match(key, 7), drop],
    ]
    for (const key of [{ meta: { key: 'mark' } }, ct('mark')]) {
      const [set, test] = marks(key)
      const first = withChain({ hook: 'prerouting', prio: -150, name: 'first' }, set as never)
      const both = { ...first, nft: [...first.nft, ...withChain({}, test as never).nft.slice(-1)] }
      expect(endOf(both, {}), JSON.stringify(key)).to.equal('dies out forward dropped')
    }
  })

  it('dies where the packets after its first answer do', () => {
    const flags = { payload: { protocol: 'tcp', field: 'flags' } }
    const facts = withChain(
      {},
      [match(flags, ['syn', 'ack'], '=='), { accept: null }],
      [match({ ct: { key: 'direction' } }, 'reply'), drop],
    )
    expect(endOf(facts, {})).to.equal('dies back forward dropped')
  })

  it('dies where later packets are not tracked and it is translated, and is unclear where it is not translated', () => {
    const syn = { payload: { protocol: 'tcp', field: 'flags' } }
    const facts = withChain({ hook: 'prerouting', prio: -300 }, [match(syn, 'syn', '!='), { notrack: null }])
    expect(endOf(facts, {})).to.match(/^dies/)
    const peer = { kind: 'host-service', address: '172.17.0.1', port: 22 } as const
    expect(endOf(facts, peer)).to.match(/^unclear/)
  })

  it('has no answer for conntrack where its answers are not tracked', () => {
    const fromOutside = match({ meta: { key: 'iifname' } }, 'wan0')
    const untracked = withChain({ hook: 'prerouting', prio: -300, name: 'first' }, [fromOutside, { notrack: null }])
    const drops = (key: string, value: string): Facts => ({
      ...untracked,
      nft: [...untracked.nft, ...withChain({ hook: 'output' }, [match(ct(key), value, 'in'), drop]).nft.slice(-1)],
    })
    const fromHost = { from: { at: 'host' }, source: '', container: '' } as const
    expect(endOf(drops('status', 'seen-reply'), fromHost)).to.equal('passes')
    expect(endOf(drops('state', 'invalid'), fromHost)).to.equal('dies out output dropped')
  })

  it('is reset by rules for TCP only where it is TCP', () => {
    const facts = withChain({}, [{ reject: { type: 'tcp reset' } }])
    expect(endOf(facts, {})).to.equal('dies out forward rejected')
    expect(endOf(facts, { protocol: 'udp' })).to.equal('passes')
    // nft does not list a family before a reset.
    const inet = withChain({ family: 'inet' }, [{ reject: { type: 'tcp reset' } }])
    expect(endOf(inet, {})).to.equal('unclear out forward rejected')
    const source = match({ payload: { protocol: 'ip', field: 'saddr' } }, '172.17.0.2')
    const ofIPv4 = withChain({ family: 'inet' }, [source, { reject: { type: 'tcp reset' } }])
    expect(endOf(ofIPv4, {})).to.equal('dies out forward rejected')
  })

  it('is unclear where a chain and NAT, or a chain and conntrack, have one priority', () => {
    const toPort = match({ payload: { protocol: 'tcp', field: 'dport' } }, 80)
    const first = withChain({ hook: 'prerouting', prio: -100 }, [toPort, drop])
    expect(endOf(first, { ...hairpin, from: { at: 'outside', device: 'wan0' }, source: '198.51.100.7' })).to.match(
      /^unclear/,
    )
    const second = withChain({ hook: 'prerouting', prio: -200 }, [match(ct('state'), 'invalid'), drop])
    expect(endOf(second, {})).to.match(/^unclear/)
  })

  it('matches routing rules by the bits of their mask, and by no type of service', () => {
    expect(endOf(rule({ fwmark: 0x1, fwmask: 0x100 }), {})).to.equal('dies out routing no-route')
    expect(endOf(rule({ fwmark: 0x100, fwmask: 0x100 }), {})).to.equal('passes')
    expect(endOf(rule({ tos: '0x08' }), {})).to.equal('passes')
    const fromHost = { from: { at: 'host' }, source: '' } as const
    expect(endOf(rule({ src: '0.0.0.0/1' }), fromHost)).to.equal('dies out routing no-route')
  })

  it('takes no route by a link without carrier, where that link is set so', () => {
    const tunnel = {
      type: 'unicast',
      dst: '203.0.113.0/24',
      dev: 'tun0',
      table: 'main',
      metric: 0,
      flags: ['linkdown'],
    }
    const host = { ...healthy, routes: [tunnel, ...healthy.routes] }
    const [loopback] = healthy.links.filter(({ name }) => name === 'lo')
    const down = { ...loopback!, name: 'tun0', index: 9999, loopback: false, carrier: false, ips: [], addresses: [] }
    const facts = (value: string): Facts => ({
      ...host,
      links: [...host.links, down],
      sysctls: { ...host.sysctls, 'net.ipv4.conf.tun0.ignore_routes_with_linkdown': value },
    })
    expect(endOf(facts('0'), {})).to.match(/^dies out/)
    expect(endOf(facts('1'), {})).to.equal('passes')
  })

  it('stays in a bridge that shows it to NAT, where its new destination is in that bridge', () => {
    const on = (shown: object, hairpin: boolean): Facts =>
      links(({ name, port: own }) => (name === port('probe-default') && own ? { port: { ...own, hairpin } } : {}), {
        ...withoutReturn(),
        sysctls: { ...healthy.sysctls, ...shown },
      })
    expect(endOf(on(bridged, false), hairpin)).to.equal('dies out bridge no-link')
    expect(endOf(on(bridged, true), hairpin)).to.equal('passes')
    expect(endOf(on({ 'net.bridge.bridge-nf-call-iptables': '0' }, false), hairpin)).to.equal('passes')
  })

  it('is not known to arrive at its container where rules send it to another port of the host', () => {
    const facts = withChain({ hook: 'output', type: 'nat', prio: -150 }, [
      match({ payload: { protocol: 'tcp', field: 'dport' } }, 8080),
      { redirect: { port: 8081 } },
    ])
    expect(endOf(facts, { ...hairpin, from: { at: 'host' }, source: '' })).to.match(/^unclear/)
  })

  it('is answered by Docker’s proxy as its container answers, whatever the destination', () => {
    const toProxy = (port: number, ...more: Record<string, unknown>[]): Facts =>
      withChain({ hook: 'output', type: 'nat', prio: -150 }, [...more, { redirect: { port } }])
    const outward = { kind: 'forwarded', from: { at: 'host' }, source: '', address: '203.0.113.10' } as const
    const one = match({ payload: { protocol: 'ip', field: 'daddr' } }, '203.0.113.10')
    expect(endOf(toProxy(8080, one), outward)).to.equal('passes')
    // A rule sends the proxy's own connection back to the proxy.
    expect(endOf(toProxy(8080), outward)).to.equal('dies out output no-listener')
  })

  it('is known by its bridge’s port only where br_netfilter shows what is bridged', () => {
    const own = `-A FORWARD -o wan0 -m physdev --physdev-in ${port('probe-default')} -j DROP`
    const text = ['*mangle', ':FORWARD ACCEPT', own, 'COMMIT']
    const legacy = parseIptablesSave(text)
    const facts = (shown: string): Facts => ({
      ...sysctls({ 'net.bridge.bridge-nf-call-iptables': shown }),
      xtables: { ...healthy.xtables, legacy },
    })
    expect(endOf(facts('1'), {})).to.equal('dies out forward dropped')
    expect(endOf(facts('0'), {})).to.equal('passes')
  })

  it('is not misdirected on a bridge other than Docker’s own where its container is', () => {
    const routes = healthy.routes.map((route) =>
      route.dst === '172.17.0.0/16' ? { ...route, dev: 'br-probe-a' } : route,
    )
    const gateway = links(({ name, ips }) =>
      name === 'br-probe-a' ? { ips: [...ips, { address: '172.17.0.1', prefix: 16, family: 4, scope: 'global' }] } : {},
    )
    const wrong = strangers({ ...gateway, routes })
    expect(endOf(wrong, {})).to.equal('dies back routing no-route')
    const there = links(({ name }) => (name === port('probe-default') ? { master: 'br-probe-a' } : {}), wrong)
    expect(endOf(there, {})).to.not.match(/routing/)
  })

  it('is too large for the host’s end of its link', () => {
    const facts = links(({ name }) => (name === port('probe-default') ? { mtu: 1400 } : {}))
    expect(endOf(facts, udp)).to.equal('dies out bridge too-large')
    expect(endOf(facts, { ...udp, size: 'small' })).to.equal('passes')
  })

  it('does not begin where its destination is a broadcast address', () => {
    const route = { type: 'broadcast', dst: '203.0.113.10', dev: 'eth0', table: 'local', metric: 0, flags: [] }
    const facts = inside('probe-default', (own) => ({ routes: [route, ...own.routes] }))
    expect(endOf(facts, {})).to.equal('dies out container no-route')
  })

  it('is unclear where its answer goes to a broadcast address', () => {
    const route = { type: 'broadcast', dst: '172.30.1.11', dev: 'eth0', table: 'local', metric: 0, flags: [] }
    const facts = inside('probe-user', (own) => ({ routes: [route, ...own.routes] }))
    const from = { at: 'container', container: 'probe-peer' } as const
    const ping = {
      kind: 'peer',
      from,
      source: '172.30.1.11',
      address: '172.30.1.10',
      port: 0,
      protocol: 'icmp',
    } as const
    expect(endOf(healthy, ping)).to.equal('passes')
    expect(endOf(facts, ping)).to.equal('unclear back container dropped')
  })

  it('takes a gateway that is its own address for the link itself', () => {
    const facts = inside('probe-default', (own) => ({
      routes: own.routes.map((route) => (route.dst === 'default' ? { ...route, gateway: '172.17.0.2' } : route)),
    }))
    expect(endOf(facts, {})).to.equal('dies out bridge no-neighbour')
    const toHost = { kind: 'host-service', address: '192.0.2.2', port: 22 } as const
    expect(endOf(facts, toHost)).to.equal('passes')
  })

  it('does not reach the host where another route than a local one leads to its address', () => {
    const toHost = { kind: 'host-service', address: '192.0.2.2', port: 22 } as const
    const away = { ...healthy.routes.find(({ dst }) => dst === 'default')!, dst: '192.0.2.2' }
    const others = healthy.routes.filter(({ dst }) => dst !== '192.0.2.2')
    expect(others).to.have.lengthOf(healthy.routes.length - 1)
    expect(endOf(healthy, toHost)).to.equal('passes')
    const routes = [...others, away]
    expect(endOf({ ...healthy, routes }, toHost)).to.equal('dies out routing no-route')
    // The address of a VRF's link is local in the VRF's table: a router may send the packet back.
    const local = { ...away, type: 'local', table: '100' }
    expect(endOf({ ...healthy, routes: [...routes, local] }, toHost)).not.to.contain('out routing')
  })

  it('is checked strictly on a device without an address, and on every device where the host has its own local routes', () => {
    const loose = sysctls({ 'net.ipv4.conf.all.rp_filter': '2', 'net.ipv4.conf.docker0.rp_filter': '2' })
    const away = { type: 'unicast', dst: '172.17.0.2', dev: 'br-probe-a', table: 'main', metric: 0, flags: [] }
    const odd: Facts = { ...loose, routes: [away, ...healthy.routes] }
    const bare = links(({ name }) => (name === 'docker0' ? { ips: [], addresses: [] } : {}), odd)
    expect(endOf(bare, {})).to.equal('dies out routing source-check')
    expect(endOf(odd, {})).not.to.equal('dies out routing source-check')
  })
})

// Without its proxy, Docker omits the rule that exempts packets from the bridge from translation.
function withoutReturn(): Facts {
  const chain = { hook: 'prerouting', type: 'nat', prio: -101 }
  const dport = match({ payload: { protocol: 'tcp', field: 'dport' } }, 8080)
  const facts = withChain(chain, [dport, { dnat: { addr: '172.17.0.2', port: 80 } }])
  const masquerade = withChain({ name: 'back', hook: 'postrouting', type: 'nat', prio: 99 }, [
    match({ meta: { key: 'oifname' } }, 'docker0'),
    match({ payload: { protocol: 'ip', field: 'saddr' } }, '172.17.0.2'),
    { masquerade: null },
  ])
  return { ...facts, nft: [...facts.nft, masquerade.nft.at(-1)!] }
}
