import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { given } from '../scenario/conditions.ts'
import { unmetConditions } from './conditions-held.ts'

const { facts } = recordedAt('causes/rules-flushed/evidence/well/debian12-healthy')
const pinned = given.parse({})

describe('the conditions of a healthy host', () => {
  it('are those that the scenario pins', () => expect(unmetConditions(pinned, facts)).to.deep.equal([]))

  for (const [name, other] of Object.entries({
    xtables: 'legacy',
    'forward-policy': 'accept',
    'userland-proxy': false,
    'live-restore': true,
    'br-netfilter': false,
    ipv6: false,
    firewalld: true,
    networks: 1,
  }))
    it(`are not another ${name}`, () => {
      const wanted = { ...pinned, [name]: other }
      expect(unmetConditions(wanted, facts).map((words) => words.replace(/:.*/, ''))).to.include(`condition ${name}`)
    })

  it('are not contradicted by evidence that is not there', () => {
    const sections = { ...facts.sections, 'docker-config': { status: 'timed-out', why: '' } as const }
    expect(unmetConditions({ ...pinned, 'live-restore': true }, { ...facts, sections })).to.deep.equal([])
  })
})
