import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { detectors } from '../faults/index.ts'
import { readFacts } from './facts.ts'

const bundle = readFileSync(
  new URL('../faults/firewalld-zone/evidence/well/debian13-healthy.bundle', import.meta.url),
  'utf8',
)
const section = /(?<=--- begin firewalld\n)[\s\S]*?(?=--- end firewalld)/
const withZones = (text: string) => readFacts(bundle.replace(section, `${text}\n`)).firewalld
const active = ' docker\n   interfaces: docker0 br-1\n public (default)'
const zones = { docker: ['docker0', 'br-1'] }

describe('the facts of firewalld', () => {
  it('are its default zone and the interfaces of each zone, as bundles of then and now have them', () => {
    expect(withZones(` default-zone public\n${active}`)).to.deep.equal({ defaultZone: 'public', zones })
    expect(withZones(` public\n${active}`)).to.deep.equal({ defaultZone: 'public', zones })
  })

  it('do not take one answer for the other where one did not come', () => {
    expect(withZones(active)).to.deep.equal({ defaultZone: '', zones })
    expect(withZones(' default-zone public\n not-answered')).to.deep.equal({ defaultZone: 'public', zones: {} })
  })

  it('name no cause on a healthy host where an answer did not come', () => {
    for (const text of [active, ' default-zone public\n not-answered', ' not-answered', '']) {
      const facts = readFacts(bundle.replace(section, `${text}\n`))
      expect(Object.values(detectors).flatMap((detect) => detect(facts)?.cause ?? [])).to.deep.equal([])
    }
  })
})
