import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { examinationOf } from '../diagnosis/finding.spec-data.ts'
import type { Expectation } from '../scenario/cell.ts'
import { differences, type Observation } from './observe.ts'

const seenOn = (path: string): Observation => {
  const { text, facts } = recordedAt(path)
  const examination = examinationOf(facts)
  const named = examination.findings.map(({ cause }) => cause)
  return { probes: [], vector: {}, bundle: text, facts, examination, named, traces: [], outside: new Map() }
}
const drop = seenOn('trace/evidence/docker-user-drop')
const location = { kind: 'egress', at: 'forward', chain: 'DOCKER-USER', owner: 'admin' } as const
const wrong = (expected: Partial<Expectation>, seen = drop): string[] => differences({ journal: [], ...expected }, seen)

describe('what a scenario expects of a diagnosis', () => {
  it('is met by the verdict, the causes, and an unexplained symptom at its location', () => {
    expect(wrong({ verdict: 'sick', diagnosis: [], unexplained: [location] })).to.deep.equal([])
    expect(wrong({ unexplained: [{}] })).to.deep.equal([])
    const sick = seenOn('causes/rules-flushed/evidence/sick/debian12-filter-only')
    expect(wrong({ verdict: 'sick', diagnosis: ['rules-flushed'], unexplained: [] }, sick)).to.deep.equal([])
  })

  it('is not asserted where it is left out', () => expect(wrong({})).to.deep.equal([]))

  it('is another verdict', () => {
    expect(wrong({ verdict: 'healthy' })).to.deep.equal(['diagnosis: expected the verdict healthy, saw sick'])
    const silent = seenOn('field/evidence/sick/socket-removed')
    const [complaint, ...more] = wrong({ verdict: 'healthy' }, silent)
    expect(more).to.deep.equal([])
    // The reason why the verdict is unknown helps more than the verdict.
    expect(complaint).to.match(
      /^diagnosis: expected the verdict healthy, saw unknown \(dockerd: dockerd .*could not be listed/,
    )
  })

  it('is a cause that is missed, and one too many', () =>
    expect(wrong({ diagnosis: ['a'] }, { ...drop, named: ['b'] })).to.deep.equal([
      'diagnosis: a was not named',
      'diagnosis: b was named, but is not a cause here',
    ]))

  for (const [what, other] of Object.entries({
    kind: { kind: 'operation' },
    at: { at: 'routing' },
    chain: { chain: 'FORWARD' },
    owner: { owner: 'Docker' },
  } as const))
    it(`is something unexplained of another ${what}: what is missing, and what is there`, () => {
      const [missing, surplus, ...more] = wrong({ unexplained: [{ ...location, ...other }] })
      expect(more).to.deep.equal([])
      expect(missing).to.contain('expected an unexplained symptom').and.contain(Object.values(other)[0])
      expect(surplus).to.match(/^diagnosis: unexplained at out forward \(containers of .*-A DOCKER-USER -j DROP/)
    })

  it('is something unexplained where nothing is, and nothing where something is', () => {
    expect(wrong({ unexplained: [] })).to.have.length(1)
    expect(wrong({ unexplained: [location, { kind: 'operation' }] })).to.deep.equal([
      'diagnosis: expected an unexplained symptom {"kind":"operation"}, saw none',
    ])
    const healthy = seenOn('trace/evidence/healthy')
    expect(wrong({ unexplained: [location] }, healthy)).to.have.length(1)
    expect(wrong({ unexplained: [] }, healthy)).to.deep.equal([])
  })

  it('is an answer of each probe, and a trace from each network that has one', () => {
    const [first, ...more] = wrong({ probes: { 'egress-tcp': 'pass' } })
    expect([first, more]).to.deep.equal(['probe egress-tcp: expected pass, but it did not run', []])
    const seen: Observation = { ...drop, vector: { 'egress-tcp': 'pass' } }
    expect(wrong({ probes: { 'egress-tcp': 'pass' } }, seen)).to.deep.equal([])
    expect(wrong({ trace: { user: { end: 'answered' }, default: undefined } })).to.deep.equal([
      'trace from user: expected one, but no packet was traced',
    ])
  })

  it('is nothing of what is only unclear', () => {
    const unclear = seenOn('field/evidence/sick/mtu-black-hole')
    expect(unclear.examination.symptoms.map(({ state }) => state)).to.deep.equal(['unclear'])
    expect(wrong({ verdict: 'unknown', unexplained: [] }, unclear)).to.deep.equal([])
  })
})
