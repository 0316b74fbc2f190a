import { expect } from 'chai'
import { examinationOf, findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('firewalld-zone')
const find = findingOf('firewalld-zone')

const inZones = (facts: Facts, zones: Record<string, string[]>): Facts => ({
  ...facts,
  firewalld: { ...facts.firewalld, zones },
})

describe('a bridge in no accepting zone of firewalld', () => {
  describe('is named', () => {
    for (const [name, facts] of sick) {
      const state = /trusted/.test(name) ? 'latent' : 'active'
      it(`${state} on ${name}`, () => expect(find(facts)).to.include({ confidence: 'certain', state }))
    }
  })

  describe('stands on', () => {
    it('the chains and the rule that reject, and the zone the bridge is in', () => {
      const { evidence, summary } = find(own('sick/debian12-removed'))!
      expect(evidence.map(({ line }) => line)).to.deep.equal([
        'inet firewalld filter_FWD_public: reject with icmpx admin-prohibited',
        'docker0: no zone, so the default zone applies: public',
      ])
      expect(summary).to.contain('Published ports pass firewalld; ping does not.')
    })

    it('what passes all the same: pings too with firewalld 0.9, though the zone holds the uplink as well', () => {
      const old = own('sick/debian11-uplink-in-zone')
      const { evidence, summary } = find(old)!
      expect(old.firewalld.zones.public).to.deep.equal([old.uplink])
      expect(evidence.map(({ line }) => line)).to.deep.equal([
        'inet firewalld filter_FORWARD: reject with icmpx type admin-prohibited',
        'docker0: no zone, so the default zone applies: public',
      ])
      expect(summary).to.contain('Ping and published ports pass firewalld.')
    })

    it('every bridge that is cut off, and no other', () => {
      const summaryOf = (name: string) => find(own(`sick/${name}`))!.summary
      expect(summaryOf('debian13-removed')).to.match(/packets from docker0:/)
      expect(summaryOf('debian13-docker-first')).to.match(/docker0, br-probe-a, br-probe-b:/)
    })

    it('the error of the dockerd that did not start', () =>
      expect(find(own('sick/debian13-moved-docker-down'))!.evidence[0]!.line).to.contain(
        "ZONE_CONFLICT: 'docker0' already bound to 'public'",
      ))
  })

  describe('judges', () => {
    const removed = own('sick/debian13-removed')
    const healthy = own('well/debian13-healthy')

    it('by the rules, not by the names of zones', () => {
      expect(find(inZones(removed, healthy.firewalld.zones))).to.include({ state: 'active' })
      expect(find(inZones(healthy, removed.firewalld.zones))).to.equal(undefined)
    })

    it('nothing while firewalld does not run, or its table is not there', () => {
      const units = {
        ...removed.units,
        'firewalld.service': { ...removed.units['firewalld.service']!, active: 'failed' },
      }
      expect(find({ ...removed, units })).to.equal(undefined)
      expect(find({ ...removed, nft: [] })).to.equal(undefined)
    })

    it('no network that is internal', () => {
      const networks = removed.docker.networks.map((network) => ({ ...network, internal: true }))
      expect(find({ ...removed, docker: { ...removed.docker, networks } })).to.equal(undefined)
    })

    it('a bridge that another zone accepts, from the first dockerd on that asks for its own', () => {
      const trusted = own('sick/debian13-trusted')
      const before = { ...trusted, docker: { ...trusted.docker, server: '19.03.15' } }
      expect(find(trusted)!.evidence[0]!.line).to.equal('docker0: trusted')
      expect(find(before)).to.equal(undefined)
    })

    it('no dockerd that is down after its bridge was put right', () => {
      const { findings, notChecked } = examinationOf(
        inZones(own('sick/debian13-moved-docker-down'), { docker: ['docker0'] }),
      )
      expect(findings).to.deep.equal([])
      expect(notChecked.map(({ cause }) => cause)).to.include('firewalld-zone')
    })
  })

  it('has steps for the very bridges that are kept from Docker', () => {
    const bridgesIn = (name: string) => {
      const remedy = find(own(`sick/${name}`))!.remedies.find((each) => each.name === 'bridge-in-zone')
      return [...new Set((remedy?.steps.join('\n') ?? '').match(/(?<=--change-interface=)\S+/g))]
    }
    expect(bridgesIn('debian13-removed')).to.deep.equal(['docker0'])
    expect(bridgesIn('debian13-moved-docker-down')).to.deep.equal(['docker0'])
    // A dockerd that started before firewalld has no bridge in any zone: a restart repairs all of them.
    expect(bridgesIn('debian13-docker-first')).to.deep.equal([])
    const removed = own('sick/debian13-removed')
    const user = removed.docker.networks.find(({ name }) => name === 'probe-a')!
    const moved = find(inZones(removed, { trusted: [user.bridge] }))!
    const steps = moved.remedies.find((each) => each.name === 'bridge-in-zone')!.steps.join()
    expect(steps).to.contain('docker0').and.contain(user.bridge)
  })
})
