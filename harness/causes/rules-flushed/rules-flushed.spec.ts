import { expect } from 'chai'
import { findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('rules-flushed')
const find = findingOf('rules-flushed')

/** Facts with these rules instead of the host's. */
const withRules = (facts: Facts, rules: string): Facts => {
  const ruleset = parseIptablesSave(rules.split('\n'))
  return { ...facts, ruleset, xtables: { ...facts.xtables, nft: ruleset }, nft: [] }
}

describe('rules flushed', () => {
  describe('is named', () => {
    for (const [name, facts] of sick)
      it(`active on ${name}`, () => {
        const { state, confidence, evidence, summary } = find(facts)!
        // Nothing shows that a script that no service has started since docker, or a reload of ferm, was it.
        const wanted = /by-hand|ferm-reload/.test(name) ? 'likely' : 'certain'
        expect({ state, confidence }).to.deep.equal({ state: 'active', confidence: wanted })
        const lost = /filter-only/.test(name)
          ? 'filter table'
          : /all-tables|nftables|script|ferm/.test(name)
            ? 'filter and nat tables'
            : 'nat table'
        expect(summary).to.contain(`gone from the ${lost} while`)
        expect(evidence.some(({ from }) => from === 'systemctl show')).to.equal(
          !/nat-flushed|reload|by-hand/.test(name),
        )
      })
  })

  describe('judges', () => {
    const filterOnly = own('sick/debian12-filter-only')
    const allTables = own('sick/debian12-all-tables')
    const healthy = own('well/debian12-healthy')

    it('by the jumps to Docker’s chains, not by the chains alone', () => {
      const flushed = withRules(
        healthy,
        '*filter\n:FORWARD DROP\n:DOCKER -\nCOMMIT\n*nat\n:PREROUTING ACCEPT\n:DOCKER -',
      )
      expect(find(flushed)).to.include({ state: 'active', confidence: 'likely' })
    })

    it('not by DOCKER-USER, which the admin restores as his own', () => {
      const restored = withRules(filterOnly, '*filter\n-A FORWARD -j DOCKER-USER\n*nat\n-A PREROUTING -j DOCKER')
      expect(find(restored)?.summary).to.contain('filter table')
    })

    it('a table that iptables-save cannot read by what nft lists', () =>
      expect(find({ ...healthy, ruleset: { chains: [], rules: [] } })).to.equal(undefined))

    it('nothing where no rules could be listed', () =>
      expect(find({ ...filterOnly, iptables: { ...filterOnly.iptables, listed: false } })).to.equal(undefined))

    it('nothing while dockerd does not run', () => {
      const docker = { ...filterOnly.units['docker.service']!, active: 'failed' }
      expect(find({ ...filterOnly, units: { ...filterOnly.units, 'docker.service': docker } })).to.equal(undefined)
    })

    it('nothing where dockerd is set to leave iptables alone', () => {
      const { docker } = allTables
      const words = ['--iptables=false', '--iptables=0']
      const settings = [
        { ...docker, config: { iptables: false } },
        ...words.map((word) => ({ ...docker, command: [...docker.command, word] })),
      ]
      for (const each of settings) expect(find({ ...allTables, docker: each })).to.equal(undefined)
      expect(find({ ...allTables, docker: { ...docker, command: ['dockerd', '--iptables=true'] } })).to.be.an('object')
    })

    it('nothing where the running dockerd was set so and its configuration has changed since', () => {
      const networks = allTables.docker.networks.map((network) => ({
        ...network,
        options: { ...network.options, 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
      }))
      expect(find({ ...allTables, docker: { ...allTables.docker, networks } })).to.equal(undefined)
    })

    it('both tables where ip-masq=false alone accounts for the default bridge, for dockerd had every other rule', () => {
      const { docker } = allTables
      const networks = docker.networks.map((network) => ({
        ...network,
        options: { ...network.options, 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
      }))
      const settings = [{ config: { 'ip-masq': false } }, { command: [...docker.command, '--ip-masq=false'] }]
      for (const each of settings)
        expect(find({ ...allTables, docker: { ...docker, networks, ...each } })?.summary).to.contain(
          'filter and nat tables',
        )
      const both = { 'ip-masq': false, iptables: false }
      expect(find({ ...allTables, docker: { ...docker, networks, config: both } })).to.equal(undefined)
    })

    it('nothing where Docker uses nftables itself', () => {
      const chain = { family: 'ip', table: 'docker-bridges', name: 'filter-FORWARD', rules: [] }
      expect(find({ ...allTables, nft: [...allTables.nft, chain] })).to.equal(undefined)
    })
  })

  describe('names what flushed them', () => {
    const flushed = own('sick/debian12-nat-flushed')
    const docker = flushed.units['docker.service']!.activeSinceUs
    const script = { file: '/usr/local/sbin/fw.sh', line: 'iptables -F', startedUs: 0 }
    const active = { load: 'loaded', active: 'active', sub: 'exited', result: 'success' }

    it('a script that a service ran after docker’s start', () => {
      const ran = { ...script, service: 'fw.service', startedUs: docker + 1 }
      const { summary, evidence, confidence, remedies } = find({ ...flushed, firewallScripts: [ran] })!
      expect(summary)
        .to.contain('fw.service started after docker.service')
        .and.to.contain('/usr/local/sbin/fw.sh flushes')
      expect(evidence).to.deep.include({ from: script.file, line: script.line })
      expect(confidence).to.equal('certain')
      expect(remedies.find(({ name }) => name === 'partof-drop-in')!.steps.join()).to.contain('PartOf=fw.service')
    })

    it('a script that no service runs, or that ran before, as what may have', () => {
      for (const each of [script, { ...script, service: 'fw.service', startedUs: docker - 1 }]) {
        const { summary, confidence } = find({ ...flushed, firewallScripts: [each] })!
        expect(summary).to.contain('No firewall service has started').and.to.contain('/usr/local/sbin/fw.sh flushes')
        expect(confidence).to.equal('certain')
      }
    })

    it('ferm, where its tools are those of Docker’s rules', () => {
      const unit = { ...active, activeSinceUs: docker, startedUs: 0, stoppedUs: 0 - 1 }
      const savedRules = [{ file: '/etc/ferm/ferm.conf', line: 'policy DROP;' }]
      const withFerm = { ...flushed, units: { ...flushed.units, 'ferm.service': unit }, savedRules }
      const legacy = { ...flushed.iptables, version: 'iptables v1.8.9 (legacy)' }
      expect(find({ ...withFerm, iptables: legacy })!.summary).to.contain('/etc/ferm/ferm.conf flushes')
      expect(find(withFerm)!.summary).to.contain('/etc/ferm/ferm.conf flushes')
      const own = parseIptablesSave(['*filter', '-A INPUT -j ACCEPT'])
      expect(find({ ...withFerm, xtables: { ...flushed.xtables, legacy: own } })!.summary).to.not.contain('ferm')
    })
  })

  describe('advises', () => {
    const remediesOn = (name: string) => find(own(`sick/${name}`))!.remedies.map((remedy) => remedy.name)

    it('to tie docker to iptables.service where that was it', () =>
      expect(remediesOn('debian12-filter-only')).to.deep.equal([
        'restart-docker',
        'partof-drop-in',
        'requires-drop-in',
      ]))

    it('a restart of docker where nothing shows who did it', () =>
      expect(remediesOn('debian12-nat-flushed')).to.deep.equal(['restart-docker']))
  })
})
