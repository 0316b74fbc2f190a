import { expect } from 'chai'
import { answersOf } from '../results/compare.ts'
import type { CellRecord, RunRecord, Verdict } from '../results/record.ts'
import { judgeRun, type Seen } from './judge.ts'

const cell = (name: string, change: Partial<CellRecord> = {}): CellRecord =>
  ({
    name,
    verdict: 'passed',
    stages: [{ name: 'healthy', verdict: 'passed', mismatches: [] }],
    probes: [{ stage: 'healthy', name: 'outside', expected: 'pass', observed: 'pass' }],
    diagnoses: [{ stage: 'healthy', named: [] }],
    fixes: [],
    ...change,
  }) as unknown as CellRecord

const record = (cells: CellRecord[], verdict: Verdict = 'passed'): RunRecord => ({ verdict, cells }) as RunRecord

const seen = (names: readonly string[], more: Partial<Seen> = {}): Seen => ({
  code: null,
  hung: false,
  cells: new Map(names.map((name) => [name, `record of ${name}`])),
  written: new Map(names.map((name) => [name, 1])),
  ...more,
})

const wanted = ['a', 'b']
const baseline = Object.fromEntries(wanted.map((name) => [name, answersOf(cell(name))]))
const whole = seen(wanted, { code: 0, record: record(wanted.map((name) => cell(name))) })
const judge = (...processes: Seen[]) => judgeRun(wanted, processes, baseline)
const nothing = { lost: [], doubled: [], wrong: [] }

describe('a run that was struck', () => {
  it('is right where each cell ran once, whoever ran it', () => {
    expect(judge(whole)).to.deep.equal(nothing)
    expect(judge(seen([]), seen(['a']), whole)).to.deep.equal(nothing)
    const broken = record([cell('a'), cell('b', { verdict: 'broken' })], 'broken')
    expect(judge(seen(wanted, { code: 2, record: broken }))).to.deep.equal(nothing)
  })

  it('has lost a cell that is in no record, and all where there is none', () => {
    const short = seen(['a'], { code: 0, record: record([cell('a')]) })
    expect(judge(short).lost).to.deep.equal(['b is lost'])
    expect(judge(seen(['a'])).lost).to.deep.equal(['the run has no record'])
    const missing = { ...record(wanted.map((name) => cell(name))), missing: ['c'] }
    expect(judge({ ...whole, record: missing }).lost).to.deep.equal(['c is lost'])
  })

  it('has a cell twice where the record has it twice, or where it had ended and ran again', () => {
    const twice = record([cell('a'), cell('a'), cell('b')])
    expect(judge({ ...whole, record: twice }).doubled).to.deep.equal(['a is twice in the record'])
    const changed = seen(['a'], { cells: new Map([['a', 'another record']]) })
    expect(judge(changed, whole).doubled).to.deep.equal(['a had ended, and its record changed'])
    const again = { ...whole, written: new Map([...whole.written, ['a', 2]]) }
    expect(judge(seen(['a']), again).doubled).to.deep.equal(['a had ended, and process 2 ran it again'])
  })

  it('is wrong where a fault was reported as a failed test, or as nothing', () => {
    for (const verdict of ['failed', 'flaky', 'skipped', 'known'] as const) {
      const cells = [cell('a', { verdict, reason: 'so' }), cell('b')]
      const { wrong } = judge({ ...whole, record: record(cells) })
      expect(wrong, verdict).to.deep.equal([`a is ${verdict}: so`])
    }
    expect(judge(seen([], { hung: true }), whole).wrong).to.deep.equal(['process 1 hung'])
    for (const code of [0, 1])
      expect(judge(seen([], { code }), whole).wrong).to.deep.equal([
        `process 1 ended with ${code} and without a record`,
      ])
    for (const code of [2, 130]) expect(judge(seen([], { code }), whole)).to.deep.equal(nothing)
    expect(judge({ ...whole, code: 2 }).wrong).to.deep.equal(['process 1 ended with 2, and its record is passed'])
  })

  it('is wrong where a cell passed without having run whole', () => {
    const hollow = [cell('a', { probes: [] }), cell('b')]
    expect(judge({ ...whole, record: record(hollow) }).wrong.join()).to.match(/^a passed with other answers: - healthy/)
    const other = [cell('a', { diagnoses: [] }), cell('b', { stages: [] })]
    expect(judge({ ...whole, record: record(other) }).wrong).to.have.length(2)
    expect(judgeRun(['x'], [seen(['x'], { code: 0, record: record([cell('x')]) })], {}).wrong).to.have.length(1)
  })
})
