import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from './facts.ts'
import { answerTo, costOf, notThere, readingsOf, sectionOf } from './readings.ts'

const bundle = (path: string) =>
  readingsOf(readFacts(readFileSync(new URL(`../causes/${path}.bundle`, import.meta.url), 'utf8')))
const healthy = bundle('masquerade-off/evidence/well/debian12-healthy')
const sick = bundle('masquerade-off/evidence/sick/debian12-daemon-json')

describe('the readings of a bundle', () => {
  it('answer small questions, each by one section of the collector', () => {
    expect(answerTo('sysctls: net.ipv4.ip_forward', healthy)).to.equal('1')
    expect(answerTo('units: docker.service', healthy)).to.equal('active (running)')
    expect(answerTo('rules-nft: policy of filter FORWARD', healthy)).to.equal('DROP')
    expect(answerTo('docker-config: ip-masq', sick)).to.equal('false')
    expect(answerTo('docker-config: ip-masq', healthy)).to.equal(notThere)
    expect(costOf('sysctls: net.ipv4.ip_forward', healthy)).to.be.above(0)
    const sections = readdirSync(new URL('sections', import.meta.url))
    const named = new Set([...healthy.answers.keys(), ...sick.answers.keys()].map(sectionOf))
    expect([...named].filter((name) => !sections.includes(name))).to.deep.equal([])
    expect(named.size).to.be.above(10)
  })

  it('differ where the hosts differ', () => {
    const masquerade = 'rules-nft: nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'
    expect([answerTo(masquerade, healthy), answerTo(masquerade, sick)]).to.deep.equal(['there', notThere])
  })

  it('are undefined where the section could not be read', () => {
    const without = { ...healthy, sections: { ...healthy.sections, sysctls: { status: 'failed' as const, why: 'x' } } }
    expect(answerTo('sysctls: net.ipv4.ip_forward', without)).to.equal(undefined)
    expect(answerTo('sysctls: net.none', healthy)).to.equal(notThere)
  })

  it('hold no id, no link of a container and nothing of the lab', () => {
    const questions = [...sick.answers].flat()
    expect(questions.length).to.be.above(200)
    expect(questions.filter((text) => /veth[0-9a-f]{7}|\bbr-[0-9a-f]{12}\b|dockfault/.test(text))).to.deep.equal([])
  })
})
