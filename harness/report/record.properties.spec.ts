import { expect } from 'chai'
import fc from 'fast-check'
import { hostileTexts } from '../lib/hostile.spec-data.ts'
import { hold, timeLimit, within1s } from '../lib/property.spec-data.ts'
import { safeJson } from '../lib/text.ts'
import { pastRun } from '../results/history.ts'
import type { RunRecord } from '../results/record.ts'
import { sampleWhole } from '../results/sample-whole.spec-data.ts'
import { withEveryText } from '../results/texts.spec-data.ts'
import { annotations, jobSummary } from './github.ts'
import { renderHtml } from './html/index.ts'
import { renderJunit } from './junit.ts'
import { createBoard } from './terminal/board.ts'
import { createReporter } from './terminal/index.ts'
import { printed } from './terminal/printed.spec-data.ts'

const acts = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{DI}|\p{Cs}/u
const verdicts = ['passed', 'failed', 'broken', 'skipped', 'flaky', 'known'] as const
const hostile = [...hostileTexts.values()].filter((text) => text.length < 3000)
const anyText = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 40 }), fc.string())
const optional = ['confusion', 'claims', 'scores', 'missing', 'mergedFrom'] as const
const parts = ['probes', 'diagnoses', 'fixes', 'rulesets', 'traces', 'outside', 'attempts', 'stages'] as const

/** A record of one to three cells: parts are missing, of lists only some items are left, and texts are any. */
const anyRecord = fc
  .record({
    cells: fc.array(
      fc.record({
        verdict: fc.constantFrom(...verdicts),
        keep: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    verdict: fc.constantFrom(...verdicts),
    without: fc.subarray([...optional]),
    texts: fc.array(anyText, { minLength: 1, maxLength: 6 }),
    every: fc.integer({ min: 1, max: 7 }),
  })
  .map(({ cells, verdict, without, texts, every }): RunRecord => {
    const base = sampleWhole()
    const [cell] = base.cells
    base.verdict = verdict
    base.cells = cells.map(({ verdict: own, keep }, at) => {
      const copy = structuredClone(cell!)
      copy.verdict = own
      copy.name += `#${at + 1}`
      for (const [index, part] of parts.entries())
        copy[part] = (copy[part] ?? []).slice(0, Math.round(keep[index]! * 12)) as never
      return copy
    })
    for (const key of without) delete base[key]
    let count = 0
    return withEveryText(base, (text) => (++count % every === 0 ? texts[count % texts.length]! : text))
  })

describe('any record', function () {
  this.timeout(timeLimit)

  it('is shown by every reporter within a second, and acts on none', () => {
    let shown = 0
    hold(
      fc.property(anyRecord, fc.boolean(), (run, live) => {
        for (const make of [createReporter, createBoard]) {
          const text = within1s(() => printed(make, run, { color: false, live }))
          expect(text.replace(/\x1b\[\d+A\r\x1b\[J/g, ''))
            .to.not.match(acts)
            .and.not.match(/^\s*::|##\[/m)
        }
        for (const page of [
          renderHtml(run, [pastRun(run), { ...pastRun(run), runId: 'x', startedAt: '' }]),
          renderHtml(run),
        ]) {
          expect(page).to.not.match(acts)
          expect(page.match(/<script/g)).to.have.length(1)
        }
        expect(renderJunit(run)).to.not.match(acts)
        for (const line of annotations(run))
          expect(line)
            .to.match(/^::(error|warning) [^\n]*$/)
            .and.not.match(acts)
        expect(jobSummary(run)).to.not.match(acts)
        expect(JSON.parse(safeJson(run)).cells).to.have.length(run.cells.length)
        shown++
      }),
      25,
    )
    expect(shown).to.be.at.least(25)
  })
})
