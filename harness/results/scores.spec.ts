import { expect } from 'chai'
import { share } from '../report/words.ts'
import { sampleMatrix } from './sample-variants.spec-data.ts'
import { type Judgement, score, scores } from './scores.ts'

const answer = (...named: string[]): Judgement['answer'] => ({ status: 'answer', named, detail: '' })
const fail: Judgement['answer'] = { status: 'error', named: [], detail: 'exit 139' }
const skip: Judgement['answer'] = { status: 'skipped', named: [], detail: 'x is not on the host' }

/** Two faults, a sick host without a known cause, and three healthy ones. */
const world: Omit<Judgement, 'answer'>[] = [
  { there: 'a', expected: ['a'], sick: true },
  { there: 'b', expected: ['b'], sick: true },
  { there: 'look-alike', expected: [], sick: true },
  { there: 'healthy', expected: [], sick: false },
  { there: 'healthy', expected: [], sick: false },
  { there: 'decoy', expected: [], sick: false },
]
const scored = (answerOf: (state: Omit<Judgement, 'answer'>) => Judgement['answer']) =>
  score(
    { name: 'x', title: 'X' },
    world.map((state) => ({ ...state, answer: answerOf(state) })),
  )

describe('the score of a detector', () => {
  it('that is perfect is whole', () => {
    const { causes, sick, healthy, errors, times } = scored(({ expected, sick }) =>
      answer(...(expected.length > 0 || !sick ? expected : ['sick'])),
    )
    expect({ causes, sick, healthy, errors, times }).to.deep.equal({
      causes: { there: 2, named: 2, right: 2 },
      sick: { there: 3, right: 3 },
      healthy: { there: 3, right: 3 },
      errors: 0,
      times: 6,
    })
  })

  it('that never speaks has no precision, no recall, and is right on healthy hosts alone', () => {
    const { causes, sick, healthy } = scored(() => answer())
    expect(causes).to.deep.equal({ there: 2, named: 0, right: 0 })
    expect(share(causes.right, causes.named)).to.equal('–')
    expect(share(causes.right, causes.there)).to.equal('0 % (0/2)')
    expect([sick.right, healthy.right]).to.deep.equal([0, 3])
  })

  it('that always names the same cause finds it, and pays in precision', () => {
    const { causes, byCause, sick, healthy } = scored(() => answer('a'))
    expect(causes).to.deep.equal({ there: 2, named: 6, right: 1 })
    expect(byCause).to.deep.equal({ a: { there: 1, named: 6, right: 1 }, b: { there: 1, named: 0, right: 0 } })
    expect([sick.right, healthy.right]).to.deep.equal([3, 0])
  })

  it('that only answers sick is judged on that alone', () => {
    const { causes, sick, healthy } = scored(({ sick }) => answer(...(sick ? ['sick'] : [])))
    expect(causes).to.deep.equal({ there: 2, named: 0, right: 0 })
    expect([sick.right, healthy.right]).to.deep.equal([3, 3])
    expect(scored(() => answer('sick')).healthy.right).to.equal(0)
  })

  it('does not gain by crashing: an error is right about nothing, and stands by itself', () => {
    const { causes, sick, healthy, errors, rows } = scored(() => fail)
    expect(causes).to.deep.equal({ there: 2, named: 0, right: 0 })
    expect([sick.right, healthy.right, errors]).to.deep.equal([0, 0, 6])
    expect(rows.every(({ nothing, errors, times }) => nothing === 0 && errors === times)).to.equal(true)
  })

  it('leaves out stages at which it was skipped, and gives the reason', () => {
    const { times, causes, sick, healthy, skipped, rows } = scored(({ sick }) => (sick ? skip : answer()))
    expect({ times, causes, sick, healthy, skipped }).to.deep.equal({
      times: 3,
      causes: { there: 0, named: 0, right: 0 },
      sick: { there: 0, right: 0 },
      healthy: { there: 3, right: 3 },
      skipped: { 'x is not on the host': 3 },
    })
    expect(rows.map(({ there }) => there)).to.deep.equal(['healthy', 'decoy'])
  })

  it('has rows for known causes first, then for sick hosts, then for healthy ones', () => {
    const { rows } = scored(({ there }) => (there === 'a' ? answer('a', 'sick') : answer()))
    expect(rows.map(({ there, times }) => [there, times])).to.deep.equal([
      ['a', 1],
      ['b', 1],
      ['look-alike', 1],
      ['healthy', 2],
      ['decoy', 1],
    ])
    expect(rows[0]!.named).to.deep.equal({ a: 1, sick: 1 })
  })
})

describe('the scores of a run', () => {
  const cells = sampleMatrix().cells.map((cell) => ({
    ...cell,
    outside: cell.diagnoses
      .filter(({ stage }) => !stage.startsWith('fix:'))
      .map(({ stage }) => ({
        detector: 'naive',
        stage,
        durationMs: 1,
        ...answer(...(stage === 'broken' ? ['sick'] : [])),
      })),
  }))
  const [own, naive] = scores(cells, [{ name: 'naive', title: 'Naive' }])

  it('count the same stages as the confusion matrix: none after a fix, none that the lab broke', () => {
    const { rows } = sampleMatrix().confusion!
    const times = rows.reduce((sum, row) => sum + row.times, 0)
    expect([own!.times, naive!.times]).to.deep.equal([times, times])
    expect(own!.detector).to.equal('dockfault')
  })

  it('count a latent fault as sick, and a healthy host as healthy', () => {
    expect(own!.sick).to.deep.equal({ there: 6, right: 6 })
    expect(naive!.sick).to.deep.equal({ there: 6, right: 3 })
    expect(naive!.healthy.right).to.equal(naive!.healthy.there).and.above(0)
  })

  it('call a host sick where probes fail and no cause is expected', () => {
    const unknown = cells.map((cell) => ({
      ...cell,
      diagnoses: cell.diagnoses.map((each) => ({ ...each, expected: [], named: [] })),
    }))
    expect(scores(unknown, [])[0]!.sick).to.deep.equal({ there: 3, right: 0 })
  })

  it('leave out a detector where no word of it is kept', () => {
    expect(scores(cells, [{ name: 'other', title: '' }])[1]!.times).to.equal(0)
  })
})
