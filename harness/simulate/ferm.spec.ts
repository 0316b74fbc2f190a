import { expect } from 'chai'
import type { Facts } from '../evidence/facts.ts'
import { fermPolicyFile } from './ferm.ts'
import { ownerOf } from './owner.ts'
import { healthy } from './walk/healthy-host.spec-data.ts'

const unit = {
  load: 'loaded',
  active: 'active',
  sub: 'exited',
  result: 'success',
  activeSinceUs: 1,
  startedUs: 0,
  stoppedUs: 0,
}
const withFerm = (...lines: string[]): Facts => ({
  ...healthy,
  units: { ...healthy.units, 'ferm.service': unit },
  savedRules: lines.map((line) => ({ file: '/etc/ferm/ferm.conf', line })),
})

describe('ferm’s files', () => {
  it('show the policy of each chain that they name', () => {
    for (const lines of [
      ['domain (ip ip6) {', 'table filter {', 'chain FORWARD {', 'policy DROP;'],
      ['domain ip table filter chain (INPUT FORWARD) policy DROP;'],
      ['chain INPUT { policy ACCEPT; } chain FORWARD { policy DROP; }'],
    ])
      expect(fermPolicyFile('FORWARD', withFerm(...lines)), lines.join(' ')).to.equal('/etc/ferm/ferm.conf')
    for (const lines of [
      ['chain INPUT {', 'policy DROP;', '}', 'chain FORWARD {', 'policy ACCEPT;'],
      ['chain FORWARD interface lo ACCEPT;'],
    ])
      expect(fermPolicyFile('FORWARD', withFerm(...lines)), lines.join(' ')).to.equal(undefined)
  })

  it('own a policy of the legacy backend, where ferm has run', () => {
    const facts = withFerm('chain FORWARD {', 'policy DROP;')
    const policy = { table: 'ip filter', chain: 'FORWARD', rule: '', backend: 'legacy' } as const
    expect(ownerOf(policy, facts)).to.include({ who: 'ferm.service', file: '/etc/ferm/ferm.conf' })
    expect(ownerOf({ ...policy, backend: 'nft' }, facts).who).to.equal('Docker')
    expect(ownerOf({ ...policy, rule: '-A FORWARD -j DROP' }, facts).who).to.equal('unknown')
    expect(ownerOf(policy, { ...facts, units: healthy.units }).who).to.equal('unknown')
  })
})
