import { expect } from 'chai'
import { type PastRun, pastRun } from '../../results/history.ts'
import type { RunRecord, Verdict } from '../../results/record.ts'
import { sampleRun } from '../../results/sample.spec-data.ts'
import { sampleMatrix } from '../../results/sample-variants.spec-data.ts'
import { changesSince } from '../changes.ts'
import { renderHtml } from './index.ts'

const cellsOf = (verdicts: Record<string, [Verdict, number]>): PastRun['cells'] =>
  Object.fromEntries(Object.entries(verdicts).map(([name, [verdict, durationMs]]) => [name, { verdict, durationMs }]))
const past = (...runs: Record<string, [Verdict, number]>[]): PastRun[] =>
  runs.map((verdicts, i) => ({
    runId: `run-${i}`,
    startedAt: `2025-01-01T00:00:${String(i).padStart(2, '0')}.000Z`,
    durationMs: 1000,
    verdict: 'passed',
    cells: cellsOf(verdicts),
  }))
const now = (verdicts: Record<string, [Verdict, number]>): Pick<RunRecord, 'cells'> => ({
  cells: Object.entries(verdicts).map(([name, [verdict, durationMs]]) => ({
    ...sampleRun().cells[0]!,
    name,
    verdict,
    durationMs,
  })),
})

describe('what changed since the last run', () => {
  it('compares each cell with its own last run', () => {
    const before = past(
      { a: ['failed', 1], b: ['passed', 1], c: ['passed', 1], d: ['flaky', 1] },
      { a: ['passed', 1], d: ['known', 1] },
    )
    const changes = changesSince(
      now({ a: ['failed', 1], b: ['passed', 1], c: ['skipped', 0], d: ['passed', 1], e: ['failed', 1] }),
      before,
    )
    expect(changes.worse).to.deep.equal([{ name: 'a', before: 'passed', now: 'failed' }])
    expect(changes.better).to.deep.equal([])
    expect(changes.other.map(({ name }) => name)).to.deep.equal(['c', 'd'])
    expect(changes.fresh).to.deep.equal(['e'])
    expect(changesSince(now({ a: ['passed', 1] }), past({ a: ['flaky', 1] })).better).to.have.length(1)
    expect(changesSince(now({ a: ['failed', 1] }), past({ a: ['broken', 1] })).other).to.have.length(1)
  })

  it('is a duration where a passing cell takes far longer than it used to', () => {
    const slower = (before: number, after: number) =>
      changesSince(now({ a: ['passed', after] }), past({ a: ['passed', before] })).slower
    expect(slower(60_000, 120_000)).to.deep.equal([{ name: 'a', before: 60_000, now: 120_000 }])
    expect(slower(60_000, 85_000)).to.deep.equal([])
    expect(slower(5000, 20_000)).to.deep.equal([])
  })
})

describe('the history of the page', () => {
  const earlier = (count: number): PastRun[] =>
    Array.from({ length: count }, (_, i) => ({
      ...pastRun(sampleMatrix()),
      runId: `run-${i}`,
      startedAt: `2025-01-01T00:00:${String(i).padStart(2, '0')}.000Z`,
    }))
  const strip = (page: string): string => /<table class="strip">[\s\S]*?<\/table>/.exec(page)?.[0] ?? ''

  it('is a strip of the last 30 runs, with a row for each cell that did not always pass', () => {
    const page = renderHtml(sampleMatrix(), earlier(50))
    expect(strip(page).match(/<th scope="col"/g)).to.have.length(30)
    expect(strip(page).match(/<th scope="row"/g)).to.have.length(3)
    expect(strip(page)).to.contain('debian13-stale-kernel-module-missing').and.not.contain('debian12-healthy')
    expect(page).to.contain('Nothing has changed since each cell last ran')
  })

  it('is not there without a past, and knows no run after this one, nor of other cells', () => {
    expect(strip(renderHtml(sampleMatrix()))).to.equal('')
    const own = pastRun(sampleMatrix())
    const future = { ...own, runId: 'later', startedAt: '2099-01-01T00:00:00.000Z' }
    const foreign = { ...past({ other: ['failed', 1] })[0]! }
    expect(strip(renderHtml(sampleMatrix(), [own, future, foreign]))).to.equal('')
    expect(strip(renderHtml(sampleRun(), earlier(2))).match(/<th scope="col"/g)).to.have.length(3)
  })

  it('judges a run by the cells that it shares with this one', () => {
    const other = { ...past({ 'debian12-stale-kernel': ['passed', 1], other: ['failed', 1] })[0]! }
    const own = past({ 'debian12-stale-kernel': ['failed', 1] })[0]!
    expect(strip(renderHtml(sampleRun(), [{ ...own }]))).to.contain('failed')
    expect(strip(renderHtml(sampleRun(), [other]))).to.not.contain('failed')
  })
})
