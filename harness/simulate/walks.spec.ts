import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { grownHost } from '../bench/grown-host.ts'
import { examineFacts } from '../diagnosis/examine.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { parseIptablesSave } from '../evidence/iptables-save.ts'
import { readIpsets } from '../evidence/sections/ipsets/read.ts'
import { flowsOf } from './flows.ts'
import { simulate } from './index.ts'
import { readIntent } from './intent.ts'
import { buildNet } from './net.ts'
import { walk } from './walk/index.ts'
import { isLed, walkAll } from './walks.ts'

const recorded = new URL('../causes/rules-flushed/evidence/well/debian12-healthy.bundle', import.meta.url)
const host = (networks: number): Facts => readFacts(grownHost(readFileSync(recorded, 'utf8'), networks))

const answers = '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'

/** The host without the isolation rules, and with some more lines of iptables-legacy. */
const opened = (facts: Facts, lines: readonly string[] = []): Facts => ({
  ...facts,
  nft: facts.nft.map((chain) => (chain.name.includes('ISOLATION') ? { ...chain, rules: [] } : chain)),
  xtables: {
    nft: { ...facts.xtables.nft, rules: facts.xtables.nft.rules.filter(({ chain }) => !chain.includes('ISOLATION')) },
    legacy: parseIptablesSave(['*filter', ':FORWARD ACCEPT [0:0]', answers, ...lines, 'COMMIT']),
  },
})

/** The host where a set with a mask closes some networks. */
const masked = (facts: Facts, mask: string, element: string): Facts => ({
  ...opened(facts, ['-A FORWARD -m set --match-set s dst -j DROP']),
  ipsets: readIpsets(`create s hash:ip family inet ${mask}\nadd s ${element}`),
})

const bridges = (facts: Facts): string[] => facts.docker.networks.map(({ bridge }) => bridge)
const setting = (facts: Facts, name: string, value: string): Facts => ({
  ...facts,
  sysctls: { ...facts.sysctls, [`net.ipv4.conf.${name}`]: value },
})

const hosts: Record<string, (facts: Facts) => Facts> = {
  isolated: (facts) => facts,
  'not isolated': (facts) => opened(facts),
  'one kept from another': (facts) => opened(facts, ['-A FORWARD -i br-net1-a -o br-net2-a -j DROP']),
  'one of them closed': (facts) => opened(facts, ['-A FORWARD -o br-net3-a -j DROP']),
  'all but one closed': (facts) => opened(facts, ['-A FORWARD ! -o br-net3-a -j DROP']),
  'a prefix of some closed': (facts) => opened(facts, ['-A FORWARD -d 10.100.2.0/23 -j DROP']),
  'names of some closed': (facts) => opened(facts, ['-A FORWARD -i br-net+ -o br-probe+ -j DROP']),
  'addresses computed with': (facts) => opened(facts, ['-A FORWARD -d 0.0.2.0/0.0.2.0 -j DROP']),
  'a mask that a set computes with': (facts) => masked(facts, 'bitmask 0.0.1.0', '0.0.1.0'),
  'prefixes in a set of addresses': (facts) => masked(facts, 'netmask 22', '10.100.4.0'),
  'whoever comes first decides': (facts) =>
    opened(
      facts,
      bridges(facts).flatMap((bridge, at) => [
        `-A FORWARD -i ${bridge} -j ACCEPT`,
        ...(at % 2 ? [] : ['-A FORWARD -i eth7 -j DROP']),
        `-A FORWARD -o ${bridge} -j DROP`,
      ]),
    ),
  'rules in another order for each': (facts) =>
    opened(
      facts,
      [...bridges(facts).map((each) => `-i ${each} -j ACCEPT`), ...bridges(facts).map((each) => `-o ${each} -j DROP`)]
        .toSorted((a, b) => hashOf(a) - hashOf(b))
        .map((rule) => `-A FORWARD ${rule}`),
    ),
  'one bridge that does not forward': (facts) => setting(opened(facts), 'br-net2-a.forwarding', '0'),
  'one link that is down': (facts) => ({
    ...opened(facts),
    links: facts.links.map((link) => (link.name === 'br-net4-a' ? { ...link, up: false } : link)),
  }),
  'a route that leads astray': (facts) => ({
    ...opened(facts),
    routes: [
      ...facts.routes,
      { type: 'blackhole', dst: '10.100.5.0/28', table: 'main', metric: 0, flags: [] },
      { type: 'blackhole', dst: '172.30.0.0/16', table: 'main', metric: 0, flags: [] },
    ],
  }),
}

const hashOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) % 1009, 7)

describe('flows between networks of one kind', () => {
  const facts = host(5)
  const endings = new Map<string, string>()
  for (const [name, change] of Object.entries(hosts))
    it(`end as each ends when simulated by itself: ${name}`, () => {
      const net = buildNet(change(facts))
      const flows = flowsOf(net.facts, readIntent(net.facts)).filter(({ kind }) => kind === 'isolation')
      expect(flows).to.have.length(56)
      const ends = walkAll(flows, net, 0).map(({ flow, end }) => `${flow.title}: ${end}`)
      expect(ends).to.deep.equal(flows.map((flow) => `${flow.title}: ${walk(flow, net).end}`))
      endings.set(name, ends.filter((end) => end.endsWith('dies')).join('\n'))
    })

  it('fare differently on these hosts', () => {
    expect(new Set(endings.values()).size).to.equal(Object.keys(hosts).length)
  })

  it('are simulated once where each network has a rule of the same form', () => {
    for (const change of [hosts.isolated!, hosts['not isolated']!, hosts['names of some closed']!]) {
      const net = buildNet(change(host(12)))
      const flows = flowsOf(net.facts, readIntent(net.facts)).filter(({ kind }) => kind === 'isolation')
      expect(flows.length).to.be.above(200)
      expect(walkAll(flows, net).filter(isLed).length).to.be.below(80)
    }
  })
})

describe('the walks of a diagnosis', () => {
  it('grow no faster than the networks', () => {
    const [few, many] = [12, 24].map((networks) => {
      const facts = host(networks)
      // Whatever a diagnosis reads of a walk may lead it.
      examineFacts(facts)
      const simulation = simulate(facts)
      return { flows: simulation.walks.length, led: simulation.walks.filter(isLed).length }
    })
    expect(many!.flows / few!.flows).to.be.above(2.3)
    expect(many!.led / few!.led).to.be.below(2)
  })
})
