import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import { parseIptablesSave } from '../evidence/iptables-save.ts'
import { familyOf } from '../lib/ip.ts'
import { simulate, type Walk } from './index.ts'

// A host with IPv6 and a Docker network with it; dockerd makes its rules for IPv6.
const host = recordedAt('causes/ip6tables-off/evidence/well/debian-testing-healthy').facts

const walksOf = (facts: Facts): Walk[] =>
  simulate(facts).walks.filter(({ flow }) => familyOf(flow.address) === 6 && flow.ought === 'pass')
const ends = (facts: Facts): string[] => [
  ...new Set(walksOf(facts).map(({ flow, end, drop }) => `${flow.kind} ${flow.from.at}: ${drop?.end ?? end}`)),
]
const walksBetween = (facts: Facts): Walk[] =>
  simulate(facts).walks.filter(({ flow }) => flow.kind === 'isolation' && familyOf(flow.address) === 6)
const withSysctl = (name: string, value: string): Facts => ({ ...host, sysctls: { ...host.sysctls, [name]: value } })
const withLine = (line: string): Facts => ({
  ...host,
  xtables6: { ...host.xtables6, legacy: parseIptablesSave(['*filter', ':FORWARD ACCEPT [0:0]', line, 'COMMIT']) },
})

describe('flows by IPv6', () => {
  it('exist for a network with IPv6: to the outside, and to its published port from three sides', () =>
    expect(ends(host)).to.deep.equal([
      'egress container: passes',
      'published outside: passes',
      'published host: passes',
    ]))

  it('do not exist on a host without IPv6 to the outside, but for loopback', () => {
    const facts = { ...host, routes6: host.routes6.filter(({ dst }) => dst !== 'default') }
    expect(ends(facts)).to.deep.equal(['published host: passes'])
  })

  it('are not due where routers advertise private addresses alone, and no way out', () => {
    const links = host.links.map((link) =>
      link.name === 'wan0'
        ? {
            ...link,
            ips: [
              ...link.ips,
              { address: 'fd00:1::2', prefix: 64, family: 6 as const, scope: 'global', advertised: true as const },
            ],
          }
        : link,
    )
    const sysctls = { ...host.sysctls, 'net.ipv6.conf.wan0.accept_ra': '1' }
    const facts = { ...host, links, sysctls, routes6: host.routes6.filter(({ dst }) => dst !== 'default') }
    expect(ends(facts)).to.deep.equal(['published host: passes'])
    const open = links.map((link) => ({
      ...link,
      ips: link.ips.map((ip) => (ip.family === 6 ? { ...ip, advertised: true as const } : ip)),
    }))
    expect(ends({ ...facts, links: open })).to.include('egress container: no-route')
  })

  it('end where the host does not forward IPv6', () =>
    expect(ends(withSysctl('net.ipv6.conf.all.forwarding', '0'))).to.deep.equal([
      'egress container: forwarding-off',
      'published outside: forwarding-off',
      'published host: passes',
    ]))

  it('do not care about the switches of IPv4', () =>
    expect(ends(withSysctl('net.ipv4.ip_forward', '0'))).to.deep.equal(ends(host)))

  it('get no answer where nobody masquerades private addresses, but by Docker’s proxy', () => {
    const { facts } = recordedAt('causes/ip6tables-off/evidence/sick/debian-testing')
    expect(ends(facts)).to.deep.equal([
      'egress container: unmasqueraded',
      'published outside: passes',
      'published host: passes',
    ])
  })

  it('end at a rule for IPv6, and not at one for IPv4', () => {
    const line = '-A FORWARD -i br-ipv6 -j DROP'
    expect(ends(withLine(line))[0]).to.equal('egress container: dropped')
    const legacy = parseIptablesSave(['*filter', ':FORWARD ACCEPT [0:0]', line, 'COMMIT'])
    expect(ends({ ...host, xtables: { ...host.xtables, legacy } })).to.deep.equal(ends(host))
  })

  it('are isolated between networks where dockerd makes rules for it', () => {
    const [six] = host.docker.networks.filter(({ ipv6 }) => ipv6)
    const other = { ...six!, name: 'other', bridge: 'br-probe-a' }
    const [container] = host.docker.containers.filter(({ addresses6 }) => addresses6[six!.name])
    const second = { ...container!, name: 'second', addresses: {}, addresses6: { other: 'fd00:d0c7::2' } }
    const docker = {
      ...host.docker,
      networks: [six!, other],
      containers: [container!, second],
    }
    const apart = (facts: Facts) => walksBetween(facts).map(({ flow }) => flow.title)
    expect(apart({ ...host, docker })).to.deep.equal([
      `${six!.name} to other, by IPv6 (isolated networks)`,
      `other to ${six!.name}, by IPv6 (isolated networks)`,
    ])
    expect(apart({ ...host, docker: { ...docker, config: { ...docker.config, ip6tables: false } } })).to.deep.equal([])
  })
})
