import { expect } from 'chai'
import { confusion } from './confusion.ts'
import type { CellRecord, RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleMatrix } from './sample-variants.spec-data.ts'
import { brokenTries, runVerdict } from './verdict.ts'

const detectors = ['stale-kernel', 'rules-flushed']
const of = ({ cells }: RunRecord) => confusion(cells, detectors)
const row = (run: RunRecord, there: string) => of(run).rows.find((each) => each.there === there)
const bend = (stage: string, named: string[]) =>
  sampleRun((cell) => {
    cell.diagnoses.find((record) => record.stage === stage)!.named = named
  })

describe('the confusion matrix', () => {
  it('is diagonal where every cause was named and nothing else', () => {
    expect(of(sampleRun())).to.deep.equal({
      detectors,
      rows: [
        { there: 'stale-kernel', expected: ['stale-kernel'], times: 2, named: { 'stale-kernel': 2 }, nothing: 0 },
        { there: 'healthy', expected: [], times: 1, named: {}, nothing: 1 },
      ],
      wrong: 0,
    })
  })

  it('counts a missed, a mistaken, an added and an invented cause', () => {
    expect(row(bend('broken', []), 'stale-kernel')).to.deep.include({ named: { 'stale-kernel': 1 }, nothing: 1 })
    expect(of(bend('broken', [])).wrong).to.equal(1)
    expect(of(bend('broken', ['masquerade-off']))).to.include({ wrong: 2 })
    expect(of(bend('broken', ['masquerade-off'])).detectors).to.include('masquerade-off')
    expect(of(bend('broken', ['masquerade-off', 'stale-kernel']))).to.include({ wrong: 1 })
    expect(row(bend('healthy', ['stale-kernel']), 'healthy')).to.deep.include({ named: { 'stale-kernel': 1 } })
  })

  it('counts nothing after a fix, and nothing of a cell the lab broke', () => {
    expect(of(bend('fix:depmod', ['nonsense']))).to.include({ wrong: 0 })
    expect(of({ ...sampleRun((cell) => Object.assign(cell, { verdict: 'broken' })) }).rows).to.deep.equal([])
  })

  it('has rows for controls, decoys, look-alikes and what is only latent', () => {
    const one = (change: Partial<CellRecord>, stages: string[], named: string[]) =>
      sampleRun((cell) => {
        delete cell.source
        const diagnoses = stages.map((stage) => ({ stage, expected: named, named, detail: [] }))
        Object.assign(cell, { diagnoses, ...change })
      }).cells[0]!
    const control = { scenario: 'healthy', stages: [] }
    const cells = [
      one(control, ['healthy'], []),
      one({ ...control, variant: 'ipv6-off' }, ['healthy'], []),
      one({ scenario: 'look-alikes', variant: 'forward-drop' }, ['healthy', 'broken'], []),
      one({ scenario: 'look-alikes', variant: 'nat-flushed' }, ['broken'], ['rules-flushed']),
      one({ scenario: 'rules-flushed', source: '001' }, ['healthy', 'latent'], []),
      one({ scenario: 'rules-flushed', source: '001', variant: 'all-tables' }, ['broken'], ['rules-flushed']),
      one({ scenario: 'rules-flushed', source: '001', variant: 'harmless' }, ['broken'], []),
    ]
    expect(confusion(cells, detectors).rows.map(({ there, times }) => `${there} ${times}`)).to.deep.equal([
      'look-alikes-nat-flushed 1',
      'rules-flushed 1',
      'healthy 3',
      'healthy-ipv6-off 1',
      'look-alikes-forward-drop 1',
      'rules-flushed, latent 1',
      'rules-flushed-harmless 1',
    ])
  })

  it('has each of two causes named, below the diagonal', () => {
    const causes = ['rules-flushed', 'stale-kernel']
    const pair = (named: string[]) =>
      sampleRun((cell) => {
        delete cell.source
        const diagnoses = [{ stage: 'broken', expected: causes, named, detail: [] }]
        Object.assign(cell, { scenario: 'two-at-once', variant: 'flush-kernel', diagnoses })
      })
    const single = sampleRun((cell) => {
      const diagnoses = [{ stage: 'broken', expected: ['rules-flushed'], named: ['rules-flushed'], detail: [] }]
      Object.assign(cell, { scenario: 'rules-flushed', source: '001', diagnoses })
    })
    const seen = confusion([...pair(causes.toReversed()).cells, ...single.cells, ...sampleRun().cells], detectors)
    expect(seen.wrong).to.equal(0)
    expect(seen.rows.map(({ there }) => there).slice(0, 3)).to.deep.equal([
      'stale-kernel',
      'rules-flushed',
      'two-at-once-flush-kernel',
    ])
    expect(of(pair(['stale-kernel'])).wrong, 'one of two is one missed').to.equal(1)
    expect(of(pair(['masquerade-off'])).wrong, 'neither, and another').to.equal(3)
    expect(verdictOf(pair(['stale-kernel']))).to.equal('failed')
  })
})

const verdictOf = ({ cells }: RunRecord) => runVerdict({ cells, confusion: confusion(cells) })

describe('the verdict on a run', () => {
  // Each such cell fails by itself. Even if one passed, its run would not.
  for (const stage of ['healthy', 'latent', 'broken'])
    for (const named of [[], ['stale-kernel'], ['rules-flushed'], ['rules-flushed', 'stale-kernel']]) {
      const right = stage === 'healthy' ? named.length === 0 : named.join() === 'stale-kernel'
      it(`is ${right ? 'passed' : 'failed'} with ${named.join(' and ') || 'nothing'} named at ${stage}`, () =>
        expect(verdictOf(bend(stage, named))).to.equal(right ? 'passed' : 'failed'))
    }

  it('is the worst of its cells, and skipped only where all were', () => {
    const cells = (...verdicts: CellRecord['verdict'][]) =>
      verdicts.map((each) => ({ ...sampleRun().cells[0]!, verdict: each }))
    expect(verdictOf(sampleMatrix())).to.equal('failed')
    expect(runVerdict({ cells: cells('passed', 'broken', 'skipped') })).to.equal('broken')
    expect(runVerdict({ cells: cells('passed', 'skipped') })).to.equal('passed')
    expect(runVerdict({ cells: cells('skipped', 'skipped') })).to.equal('skipped')
  })

  it('is no pass where the run was cut short', () => {
    expect(runVerdict(sampleRun(), 2)).to.equal('broken')
    expect(runVerdict({ cells: [] }, 1)).to.equal('broken')
  })

  it('is flaky where a cell passed only when it ran again, and passed where a failure is known', () => {
    const cells = (...verdicts: CellRecord['verdict'][]) =>
      verdicts.map((each) => ({ ...sampleRun().cells[0]!, verdict: each }))
    expect(runVerdict({ cells: cells('passed', 'flaky', 'known') })).to.equal('flaky')
    expect(runVerdict({ cells: cells('flaky', 'broken') })).to.equal('broken')
    expect(runVerdict({ cells: cells('flaky', 'failed') })).to.equal('failed')
    expect(runVerdict({ cells: cells('known', 'skipped') })).to.equal('passed')
  })

  it('counts apart how often the lab itself broke', () => {
    const run = sampleRun()
    const tries = (['failed', 'broken', 'broken'] as const).map((verdict) => ({ verdict, reason: '', durationMs: 1 }))
    run.cells[0]!.attempts = tries
    expect(brokenTries(run)).to.equal(2)
    expect(brokenTries(sampleMatrix())).to.equal(0)
  })
})
