import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { bundlesOf } from '../bundles.spec-data.ts'
import { diagnose } from './diagnose.ts'

const { own, sick, others } = bundlesOf('firewalld-zone')

const inZones = (facts: Facts, zones: Record<string, string[]>): Facts => ({
  ...facts,
  firewalld: { ...facts.firewalld, zones },
})

describe('a bridge in no accepting zone of firewalld', () => {
  describe('speaks on', () => {
    for (const [name, facts] of sick)
      it(name, () => {
        const { cause, confidence, state } = diagnose(facts)!
        expect({ cause, confidence, state }).to.deep.equal({
          cause: 'firewalld-zone',
          confidence: 'certain',
          state: /trusted/.test(name) ? 'latent' : 'active',
        })
      })
  })

  describe('is silent on', () => {
    for (const [path, facts] of others) it(path, () => expect(diagnose(facts)).to.equal(undefined))
  })

  describe('stands on', () => {
    it('the chains and the rule that reject, and the zone the bridge is in', () => {
      const { evidence, summary } = diagnose(own('sick/debian12-removed'))!
      expect(evidence.map(({ line }) => line)).to.deep.equal([
        'inet firewalld filter_FWD_public: reject with icmpx admin-prohibited',
        'docker0: no zone, so that the default one holds for it: public',
      ])
      expect(summary).to.contain('Published ports pass firewalld, ping does not.')
    })

    it('every bridge that is cut off, and no other', () => {
      const summaryOf = (name: string) => diagnose(own(`sick/${name}`))!.summary
      expect(summaryOf('debian13-removed')).to.match(/comes from docker0:/)
      expect(summaryOf('debian13-docker-first')).to.match(/docker0, br-probe-a, br-probe-b:/)
    })

    it('the words of the dockerd that did not start', () =>
      expect(diagnose(own('sick/debian13-moved-docker-down'))!.evidence[0]!.line).to.contain(
        "ZONE_CONFLICT: 'docker0' already bound to 'public'",
      ))
  })

  describe('judges', () => {
    const removed = own('sick/debian13-removed')
    const healthy = own('well/debian13-healthy')

    it('by the rules, not by the names of zones', () => {
      expect(diagnose(inZones(removed, healthy.firewalld.zones))).to.include({ state: 'active' })
      expect(diagnose(inZones(healthy, removed.firewalld.zones))).to.equal(undefined)
    })

    it('nothing while firewalld does not run, or its table is not there', () => {
      const units = {
        ...removed.units,
        'firewalld.service': { ...removed.units['firewalld.service']!, active: 'failed' },
      }
      expect(diagnose({ ...removed, units })).to.equal(undefined)
      expect(diagnose({ ...removed, nft: [] })).to.equal(undefined)
    })

    it('a network that is meant to be shut in as well', () => {
      const networks = removed.docker.networks.map((network) => ({ ...network, internal: true }))
      expect(diagnose({ ...removed, docker: { ...removed.docker, networks } })).to.equal(undefined)
    })

    it('a bridge that another zone accepts, from the first dockerd on that asks for its own', () => {
      const trusted = own('sick/debian13-trusted')
      const before = { ...trusted, docker: { ...trusted.docker, server: '19.03.15' } }
      expect(diagnose(trusted)!.evidence[0]!.line).to.equal('docker0: trusted')
      expect(diagnose(before)).to.equal(undefined)
    })

    it('no dockerd that is down after its bridge was put right', () => {
      const down = own('sick/debian13-moved-docker-down')
      expect(diagnose(inZones(down, { docker: ['docker0'] }))).to.equal(undefined)
    })
  })
})
