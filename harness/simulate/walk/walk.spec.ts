import { expect } from 'chai'
import type { Facts, LinkFact } from '../../evidence/facts.ts'
import { simulate } from '../index.ts'
import { ends, healthy, inside, links, port, sysctls } from './healthy-host.spec-data.ts'

/** The host without Docker's rules for published ports. */
const withoutDnat: Facts = {
  ...healthy,
  nft: healthy.nft.map((chain) => ({
    ...chain,
    rules: chain.rules.filter(
      ({ handle }) => !healthy.ruleTexts.get(`${chain.family} ${chain.table} ${handle}`)?.includes('dnat to'),
    ),
  })),
  xtables: {
    ...healthy.xtables,
    nft: {
      ...healthy.xtables.nft,
      rules: healthy.xtables.nft.rules.filter(({ text }) => !text.includes('DNAT')),
    },
  },
}

describe('a walk through a host', () => {
  it('passes on a healthy one, but between networks', () => {
    const { walks } = simulate(healthy)
    const wrong = walks.filter(({ flow, end }) => (flow.ought === 'die' ? end !== 'dies' : end !== 'passes'))
    expect(wrong.map(({ flow, end, doubts }) => [flow.title, end, doubts.map(({ message }) => message)])).to.deep.equal(
      [],
    )
    expect(walks.filter(({ flow }) => flow.kind === 'isolation')).to.have.length(6)
    expect(walks.filter(({ flow }) => flow.kind === 'published')).to.have.length(6)
  })

  it('goes out translated, and back to the container', () => {
    const [walk] = simulate(healthy).walks.filter(
      ({ flow }) => flow.title === 'probe-default on bridge to the outside, TCP',
    )
    expect(walk!.path.map(({ way, location, device }) => `${way} ${location} ${device}`)).to.include.members([
      'out bridge docker0',
      'out postrouting wan0',
      'out uplink wan0',
      'back prerouting wan0',
      'back container eth0',
    ])
    const rules = walk!.path.flatMap((step) => step.rules.map(({ rule }) => rule))
    expect(rules).to.include('-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE')
  })

  const dead: [what: string, facts: Facts, title: string, end: string][] = [
    [
      'forwarding off',
      sysctls({ 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.docker0.forwarding': '0' }),
      'probe-default on bridge to the outside, TCP',
      'dies out routing forwarding-off',
    ],
    [
      'forwarding off for the uplink',
      sysctls({ 'net.ipv4.conf.wan0.forwarding': '0' }),
      'probe-user on probe-a to the outside, TCP',
      'dies back routing forwarding-off',
    ],
    [
      'a bridge that is down',
      links(({ name }) => (name === 'docker0' ? { up: false } : {})),
      'probe-default on bridge to the outside, TCP',
      'dies out bridge no-link',
    ],
    [
      'a link in no bridge',
      links(({ name }) => (name === port('probe-default') ? { master: undefined } : {}) as Partial<LinkFact>),
      'probe-default on bridge to the outside, TCP',
      'dies out bridge no-link',
    ],
    [
      'a blocked port',
      links(({ name, port: own }) =>
        name === port('probe-user') && own ? { port: { ...own, state: 'blocking' } } : {},
      ),
      'probe-user on probe-a to the outside, TCP',
      'dies out bridge no-link',
    ],
    [
      'a blackhole by routing rule',
      {
        ...healthy,
        policyRules: [
          { priority: 100, not: false, src: '172.17.0.0/16', action: 'blackhole', unknown: [] },
          ...healthy.policyRules,
        ],
      },
      'probe-default on bridge to the outside, TCP',
      'dies out routing no-route',
    ],
    [
      'no default route',
      { ...healthy, routes: healthy.routes.filter(({ dst }) => dst !== 'default') },
      'probe-default on bridge to the outside, TCP',
      'dies out routing no-route',
    ],
    [
      'a dead name server on the link',
      {
        ...healthy,
        neighbours: [...healthy.neighbours, { address: '192.0.2.99', dev: 'wan0', state: ['FAILED'], family: 4 }],
        containers: healthy.containers.map((own) => ({
          ...own,
          resolver: { ...own.resolver, nameservers: ['192.0.2.99'] },
        })),
      },
      'names for',
      'dies out uplink no-neighbour',
    ],
    [
      'no proxy and no rule',
      { ...withoutDnat, listeners: [] },
      'port 8080/tcp published by probe-default, from outside',
      'dies out input no-listener',
    ],
    [
      'no rule, where dockerd only reserves the port',
      {
        ...withoutDnat,
        listeners: healthy.listeners.map((each) =>
          each.program === 'docker-proxy' ? { ...each, program: 'dockerd' } : each,
        ),
      },
      'port 8080/tcp published by probe-default, from outside',
      'dies out input no-listener',
    ],
  ]
  for (const [what, facts, title, end] of dead)
    it(`dies of ${what}`, () => expect(ends(facts, title)).to.deep.equal([end]))

  it('is unclear where a program decides that is not followed', () => {
    const facts = links(({ name }) => (name === 'wan0' ? { xdp: true } : {}))
    expect(ends(facts, 'probe-default on bridge to the outside, TCP')).to.deep.equal(['unclear back uplink dropped'])
  })

  it('is unclear where a queue, a filter or a program inside a container may stop it', () => {
    const title = 'probe-default on bridge to the outside, TCP'
    const eth0 = (changed: object, control?: object[]): Facts =>
      inside('probe-default', ({ links: own }) => ({
        links: own.map((link) => (link.name === 'eth0' ? { ...link, queue: 'noqueue', ...changed } : link)),
        control,
      }))
    const filter = { kind: 'matchall', where: 'ingress', text: 'filter protocol all pref 1 matchall' }
    const netem = { kind: 'netem', handle: '1:', parent: 'root', options: 'loss 100%' }
    expect(ends(eth0({ queue: 'netem' }), title)).to.deep.equal(['unclear out container dropped'])
    expect(ends(eth0({ queue: 'fq_codel' }), title)).to.deep.equal(['passes'])
    expect(ends(eth0({ xdp: true }), title)).to.deep.equal(['unclear back container dropped'])
    expect(ends(eth0({}, [{ link: 'eth0', qdiscs: [netem], filters: [] }]), title)).to.deep.equal([
      'unclear out container dropped',
    ])
    expect(ends(eth0({}, [{ link: 'eth0', qdiscs: [], filters: [filter] }]), title)).to.deep.equal([
      'unclear back container dropped',
    ])
    expect(ends(eth0({}, [{ link: 'eth0', qdiscs: [], filters: [] }]), title)).to.deep.equal(['passes'])
  })

  it('is unclear where large answers may not fit the uplink, and passes where its containers know the size', () => {
    const narrow = links(({ name }) => (name === 'wan0' ? { mtu: 1400 } : {}))
    expect(ends(narrow, 'probe-default on bridge to the outside, large TCP')).to.deep.equal([
      'unclear back uplink too-large',
    ])
    expect(ends(narrow, 'probe-default on bridge to the outside, TCP')).to.deep.equal(['passes'])
  })

  it('is unclear where the rules could not be listed, whatever else is known', () => {
    const sections = { ...healthy.sections, 'rules-nft': { status: 'failed', why: 'exit 4' } as const }
    const { walks } = simulate({ ...healthy, sections })
    expect(walks.filter(({ end }) => end === 'passes')).to.deep.equal([])
    expect(walks[0]!.doubts[0]!.message).to.contain('iptables-nft')
  })

  it('judges a network without containers by what a container would meet', () => {
    const facts = {
      ...healthy,
      docker: { ...healthy.docker, containers: healthy.docker.containers.filter(({ name }) => name !== 'probe-other') },
      containers: healthy.containers.filter(({ container }) => container !== 'probe-other'),
    }
    expect(ends(facts, 'a container on probe-b to the outside, TCP')).to.deep.equal(['passes'])
  })
})
