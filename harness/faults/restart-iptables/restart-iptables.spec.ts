import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf } from '../bundles.spec-data.ts'
import { diagnose } from './diagnose.ts'

const { own, sick, others } = bundlesOf('restart-iptables')

/** Facts with other rules in the place of those listed. */
const withRules = (facts: Facts, rules: string): Facts => ({
  ...facts,
  ruleset: parseIptablesSave(rules.split('\n')),
  nft: [],
})

describe('rules flushed', () => {
  describe('speaks on', () => {
    for (const [name, facts] of sick)
      it(name, () => {
        const { cause, confidence, evidence, summary } = diagnose(facts)!
        expect({ cause, confidence }).to.deep.equal({ cause: 'rules-flushed', confidence: 'certain' })
        const lost = /filter-only/.test(name)
          ? 'filter table'
          : /all-tables/.test(name)
            ? 'filter and nat tables'
            : 'nat table'
        expect(summary).to.contain(`gone from the ${lost} while`)
        expect(evidence.some(({ from }) => from === 'systemctl show')).to.equal(!/nat-flushed/.test(name))
      })
  })

  describe('is silent on', () => {
    for (const [path, facts] of others) it(path, () => expect(diagnose(facts)).to.equal(undefined))
  })

  describe('judges', () => {
    const filterOnly = own('sick/debian12-filter-only')
    const allTables = own('sick/debian12-all-tables')
    const healthy = own('well/debian12-healthy')

    it('by the chains that lead anywhere, not by those that merely stand', () => {
      const flushed = withRules(
        healthy,
        '*filter\n:FORWARD DROP\n:DOCKER -\nCOMMIT\n*nat\n:PREROUTING ACCEPT\n:DOCKER -',
      )
      expect(diagnose(flushed)).to.include({ cause: 'rules-flushed', confidence: 'likely' })
    })

    it('not by DOCKER-USER, which the admin restores as his own', () => {
      const restored = withRules(filterOnly, '*filter\n-A FORWARD -j DOCKER-USER\n*nat\n-A PREROUTING -j DOCKER')
      expect(diagnose(restored)?.summary).to.contain('filter table')
    })

    it('a table that iptables-save cannot read by what nft lists', () =>
      expect(diagnose({ ...healthy, ruleset: { chains: [], rules: [] } })).to.equal(undefined))

    it('nothing where no rules could be listed', () =>
      expect(diagnose({ ...filterOnly, iptables: { ...filterOnly.iptables, listed: false } })).to.equal(undefined))

    it('nothing while dockerd does not run', () => {
      const docker = { ...filterOnly.units['docker.service']!, active: 'failed' }
      expect(diagnose({ ...filterOnly, units: { ...filterOnly.units, 'docker.service': docker } })).to.equal(undefined)
    })

    it('nothing where dockerd is told to leave iptables alone', () => {
      const { docker } = allTables
      const words = ['--iptables=false', '--iptables=0']
      const told = [
        { ...docker, config: { iptables: false } },
        ...words.map((word) => ({ ...docker, command: [...docker.command, word] })),
      ]
      for (const each of told) expect(diagnose({ ...allTables, docker: each })).to.equal(undefined)
      expect(diagnose({ ...allTables, docker: { ...docker, command: ['dockerd', '--iptables=true'] } })).to.be.an(
        'object',
      )
    })

    it('nothing where the running dockerd was told so and its configuration has changed since', () => {
      const networks = allTables.docker.networks.map((network) => ({
        ...network,
        options: { ...network.options, 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
      }))
      expect(diagnose({ ...allTables, docker: { ...allTables.docker, networks } })).to.equal(undefined)
    })

    it('both tables where ip-masq=false alone accounts for the default bridge, for dockerd had every other rule', () => {
      const { docker } = allTables
      const networks = docker.networks.map((network) => ({
        ...network,
        options: { ...network.options, 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
      }))
      const told = [{ config: { 'ip-masq': false } }, { command: [...docker.command, '--ip-masq=false'] }]
      for (const each of told)
        expect(diagnose({ ...allTables, docker: { ...docker, networks, ...each } })?.summary).to.contain(
          'filter and nat tables',
        )
      const both = { 'ip-masq': false, iptables: false }
      expect(diagnose({ ...allTables, docker: { ...docker, networks, config: both } })).to.equal(undefined)
    })

    it('nothing where Docker uses nftables itself', () => {
      const chain = { family: 'ip', table: 'docker-bridges', name: 'filter-FORWARD', rules: [] }
      expect(diagnose({ ...allTables, nft: [...allTables.nft, chain] })).to.equal(undefined)
    })
  })

  describe('advises', () => {
    it('to tie docker to iptables.service where that was it', () =>
      expect(diagnose(own('sick/debian12-filter-only'))?.fixes).to.deep.equal([
        'restart-docker',
        'partof-drop-in',
        'requires-drop-in',
      ]))

    it('a restart of docker where nothing tells who did it', () =>
      expect(diagnose(own('sick/debian12-nat-flushed'))?.fixes).to.deep.equal(['restart-docker']))
  })
})
