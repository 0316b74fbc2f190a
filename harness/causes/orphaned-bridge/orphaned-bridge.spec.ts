import { expect } from 'chai'
import { findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('orphaned-bridge')
const find = findingOf('orphaned-bridge')

const withJournal = (facts: Facts, ...journal: string[]): Facts => ({ ...facts, docker: { ...facts.docker, journal } })

describe('a default bridge that Docker has orphaned', () => {
  describe('is named', () => {
    for (const [name, facts] of sick)
      it(`active on ${name}`, () => expect(find(facts)).to.include({ confidence: 'certain', state: 'active' }))
  })

  it('stands on the last error of the dockerd that is down', () => {
    const { evidence, summary } = find(own('sick/debian13'))!
    expect(evidence).to.have.lengthOf(1)
    expect(evidence[0]!.line).to.contain('networks have same bridge name')
    expect(summary).to.match(/record of it \([0-9a-f]{12}\)\. That record still holds docker0,/)
  })

  describe('judges', () => {
    const down = own('sick/debian13')
    const words = down.docker.journal.findLast((line) => line.includes('failed to start daemon'))!

    it('no start but the last one', () => {
      const other = 'failed to start daemon: Error initializing network controller: iptables not found'
      expect(find(withJournal(down, words, other))).to.equal(undefined)
      expect(find(withJournal(down, other, words))).to.include({ cause: 'orphaned-bridge', state: 'active' })
    })

    it('no dockerd that has started since', () => {
      expect(find({ ...down, docker: { ...down.docker, server: '26.1.5' } })).to.equal(undefined)
      const unit = { ...down.units['docker.service']!, active: 'active' }
      expect(find({ ...down, units: { ...down.units, 'docker.service': unit } })).to.equal(undefined)
    })

    it('no conflict of other networks, or by address', () => {
      for (const other of [
        words.replace('same bridge name', 'overlapping IPv4'),
        words.replace(/\(docker0\):/, '(docker1):'),
        words.replace('default "bridge" network', 'network "mine"'),
      ])
        expect(find(withJournal(down, other))).to.equal(undefined)
    })
  })
})
