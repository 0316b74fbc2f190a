import { expect } from 'chai'
import { examinationOf, findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf, recordedAt } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('iptables-off')
const find = findingOf('iptables-off')
const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const broken = own('sick/debian12-iptables-false')

const withDocker = (facts: Facts, docker: Partial<Facts['docker']>): Facts => ({
  ...facts,
  docker: { ...facts.docker, ...docker },
})
const withNat = (facts: Facts, ...rules: string[]): Facts => ({
  ...facts,
  xtables: { ...facts.xtables, nft: parseIptablesSave(['*nat', ':POSTROUTING ACCEPT', ...rules]) },
  nft: facts.nft.filter(({ family, table }) => family !== 'ip' || table !== 'nat'),
})

describe('a dockerd that is set to create no rules', () => {
  it('is named active, and its cause certain, on each host that was broken by it', () => {
    for (const [name, facts] of sick) expect(find(facts), name).to.include({ confidence: 'certain', state: 'active' })
    expect(sick).to.have.length(3)
  })

  it('is reported with each network that it leaves without masquerading', () =>
    expect(find(own('sick/debian-testing-iptables-false'))!.summary).to.match(/bridge .*probe-a .*probe-b/))

  it('is recognised by every spelling of false that Go accepts, and is latent while old rules remain', () => {
    for (const word of ['--iptables=false', '--iptables=0', '--iptables=F', '--iptables=FALSE'])
      expect(find(withDocker(healthy, { command: ['dockerd', word] })), word).to.include({ state: 'latent' })
    for (const word of ['--iptables=true', '--iptables', '--ip6tables=false', '--ip-masq=false'])
      expect(find(withDocker(healthy, { command: ['dockerd', word] })), word).to.equal(undefined)
    expect(find(withDocker(healthy, { config: { iptables: false } }))).to.include({ state: 'latent' })
  })

  it('is latent where dockerd does not run', () => {
    const unit = { ...broken.units['docker.service']!, active: 'failed' }
    const units = { ...broken.units, 'docker.service': unit }
    const down = withDocker({ ...broken, units }, { server: '', answers: false, command: [], networks: [] })
    expect(find(down)).to.include({ state: 'latent' })
    expect(find(down)!.summary).to.contain('is not running')
  })

  it('is kept in memory, likely, where the setting is gone and the running dockerd has no chain of its own', () => {
    const corrected = withDocker(broken, { config: {}, command: ['dockerd'] })
    expect(find(corrected)).to.include({ confidence: 'likely', state: 'active' })
    expect(find(corrected)!.summary).to.contain('the running dockerd keeps it')
    const chain = { table: 'filter', chain: 'DOCKER', policy: '-' }
    const ruleset = { ...corrected.ruleset, chains: [...corrected.ruleset.chains, chain] }
    expect(find({ ...corrected, ruleset })).to.equal(undefined)
  })

  it('is no fault where the host’s own rules masquerade every network, and one where they leave one out', () => {
    const own = examinationOf(withNat(broken, '-A POSTROUTING -o wan0 -j MASQUERADE'))
    expect({ findings: own.findings, verdict: own.verdict }).to.deep.equal({ findings: [], verdict: 'healthy' })
    expect(own.ruledOut.find(({ cause }) => cause === 'iptables-off')!.found).to.contain(
      'the host’s own rules masquerade',
    )
    const part = find(withNat(broken, '-A POSTROUTING -s 172.17.0.0/16 -o wan0 -j MASQUERADE'))!
    expect(part.state).to.equal('active')
    expect(part.summary)
      .to.match(/masquerades probe-a .*probe-b/)
      .and.not.contain('bridge (')
  })
})
