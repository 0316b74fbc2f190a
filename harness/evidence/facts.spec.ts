import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { examineFacts } from '../diagnosis/examine.ts'
import { readBundle } from './bundle.ts'
import { readFacts } from './facts.ts'
import { editSection, sealBundle } from './reseal.ts'

const recorded = readFileSync(
  new URL('../causes/firewalld-zone/evidence/well/debian13-healthy.bundle', import.meta.url),
  'utf8',
)
const bundle = sealBundle([...readBundle(recorded).sections].map(([name, { text }]) => ({ name, text })))
const answering = (text: string) => readFacts(editSection(bundle, 'firewalld', () => text))
const withZones = (text: string) => answering(text).firewalld
const active = 'docker\n  interfaces: docker0 br-1\npublic (default)'
const zones = { docker: ['docker0', 'br-1'] }

describe('the facts of firewalld', () => {
  it('are its default zone and the interfaces of each zone, as bundles of then and now have them', () => {
    expect(withZones(`default-zone public\n${active}`)).to.deep.equal({ defaultZone: 'public', zones })
    expect(withZones(`public\n${active}`)).to.deep.equal({ defaultZone: 'public', zones })
  })

  it('do not take one answer for the other where one did not come', () => {
    expect(withZones(active)).to.deep.equal({ defaultZone: '', zones })
    expect(withZones('default-zone public\nnot-answered')).to.deep.equal({ defaultZone: 'public', zones: {} })
  })

  it('name no cause on a healthy host where an answer did not come', () => {
    for (const text of [active, 'default-zone public\nnot-answered', 'not-answered', '']) {
      expect(examineFacts(answering(text)).findings).to.deep.equal([])
    }
  })
})
