import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { probes } from '../probes/index.ts'
import { allCells, scenariosDir } from '../registry.ts'

// The failing probes of each pair by group, as measured before they were computed.
const flushed = ['published-outside', 'user-published-outside', 'same-network', 'new-network', 'new-publish']
const checked = ['user', 'user-published-outside', 'same-network']
const measured: Record<string, { latent?: string[]; broken: string[]; named: string[] }> = {
  'masquerade-off-and-rules-flushed': {
    broken: ['egress', 'user', ...flushed],
    named: ['masquerade-off', 'rules-flushed'],
  },
  'iptables-check-broken-and-rules-flushed': {
    broken: ['egress', 'user', ...flushed],
    named: ['iptables-check-broken', 'rules-flushed'],
  },
  'masquerade-off-and-iptables-check-broken': {
    broken: ['egress', ...checked, 'new-network-egress'],
    named: ['masquerade-off', 'iptables-check-broken'],
  },
  'masquerade-off-and-firewalld-zone': { broken: ['egress'], named: ['masquerade-off', 'firewalld-zone'] },
  'iptables-check-broken-and-firewalld-zone': {
    broken: ['egress', ...checked, 'new-network-egress'],
    named: ['iptables-check-broken', 'firewalld-zone'],
  },
  'rules-flushed-and-firewalld-zone': {
    broken: ['egress', 'user', ...flushed],
    named: ['rules-flushed', 'firewalld-zone'],
  },
  'iptables-check-broken-and-stale-kernel': {
    latent: checked,
    broken: ['all'],
    named: ['stale-kernel', 'iptables-check-broken'],
  },
  'masquerade-off-and-stale-kernel': { latent: ['egress'], broken: ['all'], named: ['stale-kernel', 'masquerade-off'] },
}

describe('the pairs in scenarios/', () => {
  const pairs = allCells().filter(({ and }) => and)

  it('expect what was measured of them, computed from each fault alone', () => {
    let computed = 0
    const seen = pairs.filter(({ variant }) => measured[variant!])
    expect(seen).to.have.length(20)
    for (const { name, host, variant, healthy, ...cell } of seen) {
      const { named, ...states } = measured[variant!]!
      expect(Object.keys(states), name).to.deep.equal(['latent', 'broken'].filter((state) => state in cell))
      for (const [state, dead] of Object.entries(states)) {
        const expected = cell[state as 'latent' | 'broken']!
        const failing = probes
          .filter(({ name, group }) => dead.includes('all') || dead.includes(name) || dead.includes(group ?? name))
          // Since Docker 28 the embedded resolver queries its upstream from the host's network namespace.
          .filter(({ name }) => host !== 'debian-testing' || name !== 'user-dns')
          .map((probe) => probe.name)
          .filter((probe) => healthy.probes[probe] === 'pass')
        const departed = Object.keys(healthy.probes).filter((probe) => expected.probes[probe] !== healthy.probes[probe])
        expect(departed, `${name} ${state}`).to.deep.equal(failing)
        expect(expected.diagnosis, `${name} ${state}`).to.have.members(named)
        expect(expected, name).to.deep.include({ unexplained: [], verdict: 'sick' })
        computed += departed.length + named.length
      }
    }
    expect(computed, 'outcomes and causes').to.equal(321)
  })

  it('write no exception to it', () => {
    const { on, variants } = parse(readFileSync(join(scenariosDir, 'two-at-once.yaml'), 'utf8'))
    const states = (map: Record<string, object>) =>
      [map.latent, map.broken].filter((each) => Object.keys(each ?? {})[0])
    const overlays = Object.keys(measured).flatMap((name) => [
      variants[name],
      ...Object.values(variants[name].on ?? {}),
    ])
    expect(overlays).to.have.length(9)
    expect([...overlays, ...Object.values(on ?? {})].flatMap(states)).to.deep.equal([])
  })
})
