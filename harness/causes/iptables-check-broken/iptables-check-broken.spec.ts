import { expect } from 'chai'
import { examinationOf, findingOf } from '../../diagnosis/finding.spec-data.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { own, sick } = bundlesOf('iptables-check-broken')
const find = findingOf('iptables-check-broken')

/** The rules that a diagnosis reports as missing. */
const missing = (name: string): string[] =>
  find(own(name))!.evidence.flatMap(({ line }) => (line.startsWith('missing: ') ? [line.slice(9)] : []))

describe('an iptables whose -C is broken', () => {
  describe('is named', () => {
    for (const [name, facts] of sick) {
      const state = name.includes('latent') ? 'latent' : 'active'
      it(`${state} on ${name}`, () => expect(find(facts)).to.include({ confidence: 'certain', state }))
    }
  })

  describe('is known by what it does', () => {
    const { system, iptables } = own('sick/debian13-latent')
    const sound = own('well/debian13-healthy').iptables

    it('and not by its version, which the sound build of Debian 13 prints too', () => {
      expect(system.os).to.contain('13')
      expect(iptables.version).to.equal('iptables v1.8.11 (nf_tables)').and.equal(sound.version)
    })

    it('in every question about another interface, both signs, -C and -D', () => {
      const confused = iptables.selfTest
        .filter(({ seen, sound: right }) => seen !== right)
        .map(({ question }) => question)
      expect(confused).to.include.members([
        ...['check-other-input', 'check-other-output', 'check-other-negated', 'check-other-pair', 'check-no-input'],
        ...['delete-other-input', 'delete-other-negated'],
      ])
    })

    for (const host of ['debian12', 'debian13', 'debian-testing'])
      it(`which the sound build of ${host} does not`, () => {
        const { selfTest } = own(`well/${host}-healthy`).iptables
        expect(selfTest).to.have.lengthOf(14)
        for (const { seen, sound: right } of selfTest) expect(seen).to.equal(right)
      })

    it('and not by denying what is there: that is another defect', () => {
      const facts = own('well/debian13-healthy')
      const selfTest = facts.iptables.selfTest.map((test) => ({ ...test, seen: 1 }))
      const { findings, ruledOut } = examinationOf({ ...facts, iptables: { ...facts.iptables, selfTest } })
      expect(findings).to.deep.equal([])
      expect(ruledOut.map(({ cause }) => cause)).to.include('iptables-check-broken')
    })
  })

  describe('names the missing rules', () => {
    it('of an old engine, for each network but the one that has them', () => {
      const rules = missing('sick/debian12-boot')
      expect(rules).to.have.lengthOf(14)
      expect(rules).to.include.members([
        'filter: -A FORWARD -i br-probe-a ! -o br-probe-a -j ACCEPT',
        'filter: -A DOCKER-ISOLATION-STAGE-2 -o br-probe-b -j DROP',
        'nat: -A DOCKER -i br-probe-b -j RETURN',
      ])
      expect(rules.join()).to.not.contain('docker0')
    })

    it('of a new engine without userland-proxy', () =>
      expect(missing('sick/debian-testing-proxy-off')).to.include.members([
        'filter: -A DOCKER-FORWARD -i br-probe-a -j ACCEPT',
        'nat: -A POSTROUTING -o br-probe-a -m addrtype --src-type LOCAL -j MASQUERADE',
      ]))

    it('when no network has them any more', () =>
      expect(missing('sick/debian13-networks-removed')).to.include.members([
        'filter: nothing accepts what comes from docker0',
        'filter: nothing accepts the replies to br-probe-a',
      ]))
  })
})
