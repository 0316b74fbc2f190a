import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { endOf, ends, healthy, inside, links, port, strangers, sysctls } from './healthy-host.spec-data.ts'

const wrong = { mac: '02:00:00:00:00:99', state: ['PERMANENT'], family: 4 } as const
const neighbour = (address: string, dev: string): Facts => ({
  ...healthy,
  neighbours: [
    ...healthy.neighbours.filter((each) => each.address !== address),
    { ...wrong, state: ['PERMANENT'], address, dev },
  ],
})
const out = 'probe-default on bridge to the outside, TCP'

describe('the receiver of a frame', () => {
  it('is requested where no entry is known', () => expect(ends(strangers(healthy), out)).to.deep.equal(['passes']))

  const dead: [what: string, facts: Facts, end: string][] = [
    [
      'a hardware address of nobody, set on the host',
      neighbour('172.17.0.2', 'docker0'),
      'dies back bridge no-neighbour',
    ],
    [
      'a hardware address of nobody, set in the container',
      inside('probe-default', () => ({ neighbours: [{ ...wrong, address: '172.17.0.1', dev: 'eth0' }] })),
      'dies out bridge no-neighbour',
    ],
    [
      'a bridge without ARP',
      strangers(links(({ name }) => (name === 'docker0' ? { noarp: true } : {}))),
      'dies out bridge no-neighbour',
    ],
    [
      'a container without ARP',
      inside(
        'probe-default',
        (own) => ({ links: own.links.map((link) => (link.name === 'eth0' ? { ...link, noarp: true } : link)) }),
        strangers(healthy),
      ),
      'dies out bridge no-neighbour',
    ],
    [
      'a port that is not found',
      {
        ...links(({ name, port: own }) =>
          name === port('probe-default') && own ? { port: { ...own, learning: false, flood: false } } : {},
        ),
        fdb: [],
      },
      'dies back bridge no-link',
    ],
    [
      'a host that ignores ARP',
      strangers(sysctls({ 'net.ipv4.conf.docker0.arp_ignore': '8' })),
      'dies out bridge no-neighbour',
    ],
    [
      'a host whose way back is not by the bridge, and which filters ARP by it',
      strangers({
        ...sysctls({ 'net.ipv4.conf.docker0.arp_filter': '1' }),
        routes: [
          ...healthy.routes,
          { type: 'unicast', dst: '172.17.0.2', dev: 'br-probe-a', table: 'main', metric: 0, flags: [] },
        ],
      }),
      'dies out bridge no-neighbour',
    ],
    [
      'a container’s address on the host',
      {
        ...healthy,
        routes: [
          { type: 'local', dst: '172.17.0.2', dev: 'lo', table: 'local', metric: 0, flags: [], protocol: 'kernel' },
          ...healthy.routes,
        ],
      },
      'dies back routing no-route',
    ],
  ]
  for (const [what, facts, end] of dead)
    it(`is nobody for ${what}`, () => expect(ends(facts, out)).to.deep.equal([end]))

  it('is not known for an address that was set by hand on the uplink, until answers are seen', () => {
    const gateway = healthy.routes.find(({ dst }) => dst === 'default')!.gateway!
    const facts = neighbour(gateway, 'wan0')
    expect(ends(facts, out)).to.deep.equal(['passes'])
    expect(ends({ ...facts, connections: [] }, out)).to.deep.equal(['unclear out uplink no-neighbour'])
  })

  it('is not known for a host that ignores ARP on its uplink, even to a neighbour that has answered it', () => {
    const answered = (state: string): Facts => ({
      ...sysctls({ 'net.ipv4.conf.wan0.arp_ignore': '8' }),
      neighbours: healthy.neighbours.map((each) => (each.dev === 'wan0' ? { ...each, state: [state] } : each)),
    })
    expect(healthy.neighbours.filter(({ dev }) => dev === 'wan0')).to.have.lengthOf.at.least(1)
    for (const state of ['REACHABLE', 'STALE'])
      expect(ends(answered(state), 'published by probe-default, from outside')).to.deep.equal([
        'unclear out uplink no-neighbour',
      ])
  })

  it('is not found behind a port that gets no broadcasts, but by the host', () => {
    const facts = (container: string): Facts =>
      strangers(
        links(({ name, port: own }) =>
          name === port(container) && own ? { port: { ...own, broadcasts: false } } : {},
        ),
      )
    const peer = { from: { at: 'container', container: 'probe-user' }, container: 'probe-user', kind: 'peer' } as const
    const [user, second] = ['probe-user', 'probe-peer']
    expect(endOf(facts(second), { ...peer, source: '172.30.1.10', address: '172.30.1.11', port: 80 })).to.equal(
      'dies out bridge no-neighbour',
    )
    expect(endOf(facts(user), { ...peer, source: '172.30.1.10', address: '172.30.1.11', port: 80 })).to.equal('passes')
    expect(ends(facts('probe-default'), out)).to.deep.equal(['passes'])
  })

  it('is not heard behind a locked port whose container the bridge does not know', () => {
    const locked = links(({ name, port: own }) =>
      name === port('probe-default') && own ? { port: { ...own, locked: true } } : {},
    )
    const container = healthy.containers.find((each) => each.container === 'probe-default')!
    const { mac } = container.links.find(({ name }) => name === 'eth0')!
    const entry = { dev: port('probe-default'), mac, master: 'docker0' }
    const known = [...healthy.fdb.filter((each) => each.mac !== mac), entry] as Facts['fdb']
    expect(ends({ ...locked, fdb: known }, out)).to.deep.equal(['passes'])
    const unknown = { ...locked, fdb: known.filter((each) => each.mac !== mac) }
    expect(ends(unknown, out)).to.deep.equal(['dies out bridge no-link'])
    const fromHost = { from: { at: 'host' }, source: '', address: '172.17.0.2', port: 80 } as const
    expect(endOf(strangers(unknown), fromHost)).to.equal('dies out bridge no-neighbour')
  })

  it('is unknown where two containers have one hardware address', () => {
    const macOf = (container: string): string =>
      healthy.containers.find((own) => own.container === container)!.links.find(({ name }) => name === 'eth0')!.mac
    const facts = inside('probe-peer', ({ links: own }) => ({
      links: own.map((link) => (link.name === 'eth0' ? { ...link, mac: macOf('probe-user') } : link)),
    }))
    expect(ends(facts, 'probe-user on probe-a to the outside, TCP')).to.deep.equal(['unclear back bridge no-link'])
    expect(ends(facts, out)).to.deep.equal(['passes'])
  })

  it('is the request’s destination where the answer has no route back', () => {
    const facts = strangers({
      ...links(({ name, port: own }) =>
        name === port('probe-default') && own ? { port: { ...own, learning: false, flood: false } } : {},
      ),
      fdb: [],
    })
    expect(ends(facts, out)).to.deep.equal(['dies out bridge no-neighbour'])
  })
})
