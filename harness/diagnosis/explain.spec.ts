import { expect } from 'chai'
import pc from 'picocolors'
import { absent, type Cause, defineCause, present, unknown } from '../cause/cause.ts'
import type { Symptom } from '../cause/symptom.ts'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { causes } from '../causes/index.ts'
import { examinationLines } from '../report/terminal/examination.ts'
import { examineFacts } from './examine.ts'
import { explain } from './explain.ts'

const everything: Cause = defineCause({
  id: 'everything',
  title: 'It is always the same',
  needs: [],
  detect: () => present({ confidence: 'likely', active: 'always', latent: 'always', evidence: [] }),
  explains: () => true,
  remedies: {},
  temptations: {},
})

describe('what nothing on the host decides', () => {
  const facts = recordedAt('causes/masquerade-off/evidence/sick/debian12-daemon-json').facts
  const [masquerade] = causes.filter(({ id }) => id === 'masquerade-off')

  it('is reported as ambiguous, and each cause is active', () => {
    const seen = examineFacts(facts, { causes: [masquerade!, { ...masquerade!, id: 'its-twin' }] })
    expect(seen.ambiguous).to.deep.equal([['its-twin'], ['masquerade-off']])
    expect(seen.findings.map(({ cause, state }) => [cause, state])).to.have.deep.members([
      ['masquerade-off', 'active'],
      ['its-twin', 'active'],
    ])
    const lines = examinationLines('web-1', seen, [], pc.createColors(false)).join('\n')
    expect(lines).to.contain('fits its-twin and masquerade-off equally well')
  })

  it('is nothing where one explains less than the other', () => {
    const less = { ...masquerade!, id: 'less', explains: (symptom: Symptom) => symptom.kind === 'daemon' }
    const seen = examineFacts(facts, { causes: [masquerade!, less] })
    expect(seen.ambiguous).to.deep.equal([])
    expect(seen.findings.map(({ cause, state }) => [cause, state])).to.deep.equal([
      ['masquerade-off', 'active'],
      ['less', 'latent'],
    ])
  })

  it('is a sabotage by a cause that explains everything: it is as good as one, and better than two', () => {
    const alone = examineFacts(facts, { causes: [...causes, everything] })
    expect(alone.ambiguous).to.deep.equal([['everything'], ['masquerade-off']])
    const { findings } = examineFacts(
      recordedAt('evidence/two-at-once/debian12-rules-flushed-and-firewalld-zone').facts,
      {
        causes: [...causes, everything],
      },
    )
    expect(Object.fromEntries(findings.map(({ cause, state }) => [cause, state]))).to.deep.equal({
      everything: 'active',
      'firewalld-zone': 'latent',
      'rules-flushed': 'latent',
    })
  })
})

describe('an explanation', () => {
  const down: Symptom = { kind: 'daemon', error: '' }
  const pool: Symptom = { kind: 'operation', what: 'address-pool' }
  const facts = recordedAt('trace/evidence/healthy').facts
  const cause = (id: string, ...explained: Symptom[]): Cause => ({
    ...everything,
    id,
    explains: (each) => explained.includes(each),
  })

  it('is the smallest set of causes; the others that are there are latent', () => {
    const { named, explainersOf, ambiguous } = explain([down, pool], facts, [
      cause('both', down, pool),
      cause('one', down),
      cause('none'),
    ])
    expect(named.map(({ cause: { id }, state }) => [id, state])).to.deep.equal([
      ['both', 'active'],
      ['one', 'latent'],
      ['none', 'latent'],
    ])
    expect(explainersOf(down)).to.deep.equal(['both'])
    expect(ambiguous).to.deep.equal([])
  })

  it('leaves alone what nobody explains', () => {
    const { named, explainersOf } = explain([down, pool], facts, [cause('one', down)])
    expect(named.map(({ state }) => state)).to.deep.equal(['active'])
    expect(explainersOf(pool)).to.deep.equal([])
  })

  it('does not consult causes that are absent, and keeps their reasons', () => {
    const never = () => {
      throw new Error('called')
    }
    const { named, ruledOut, notChecked } = explain([down], facts, [
      { ...cause('absent'), detect: () => absent('it is in order'), explains: never },
      { ...cause('unknown'), detect: () => unknown('it was not seen'), explains: never },
    ])
    expect(named).to.deep.equal([])
    expect(ruledOut).to.deep.equal([{ cause: 'absent', found: 'it is in order' }])
    expect(notChecked).to.deep.equal([{ cause: 'unknown', why: 'it was not seen' }])
  })
})
