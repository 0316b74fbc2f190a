import { expect } from 'chai'
import { hostileTexts } from '../../lib/hostile.spec-data.ts'
import type { CellRecord, RunRecord } from '../../results/record.ts'
import { sampleWhole } from '../../results/sample-whole.spec-data.ts'
import { withEveryText } from '../../results/texts.spec-data.ts'
import { inChromium } from './chromium.spec-data.ts'

/** A run with a cell for each text, in every field of which the text is. */
function runWith(texts: Iterable<string>): RunRecord {
  const run = sampleWhole()
  const [cell] = run.cells as [CellRecord]
  // Every kind of field, but no hundred of each.
  cell.probes = cell.probes.filter(({ name, stage }) => /^(egress-tcp|new-network)$/.test(name) && stage.length < 12)
  cell.stages = cell.stages.slice(2, 7)
  cell.fixes = cell.fixes.slice(0, 2)
  cell.diagnoses = cell.diagnoses.slice(1, 4)
  cell.traces = cell.traces!.slice(4, 6)
  const runs = [...texts].map((text) => withEveryText(run, () => text.slice(0, 20_000)))
  return {
    ...runs[0]!,
    cells: runs.flatMap(({ cells }) => cells),
    claims: runs.flatMap(({ claims = [] }) => claims.slice(0, 1)),
    missing: runs.flatMap(({ missing = [] }) => missing),
    scores: runs[0]!.scores!.slice(0, 1),
  }
}

// The chain of tags above each element, so that an element that moved shows.
const tagPaths = `[...new Set([...document.querySelectorAll('*')].map((element) => {
  const path = []
  for (let at = element; at; at = at.parentElement) path.unshift(at.tagName)
  return path.join('>')
}))]`
const attributes = `[...new Set([...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames()))]`

inChromium('a page with every hostile text in every field', (open) => {
  it('runs no script, requests nothing, and has no element but its own, each in its place', async () => {
    const calm = await open(runWith(['a', 'a `b` c', 'a: expected b, saw c', '', '-A FORWARD -j DROP', '*filter']))
    const known = (await calm.page.evaluate(tagPaths)) as string[]
    const attributesKnown = (await calm.page.evaluate(attributes)) as string[]
    expect(known.length).to.be.above(100)

    const { page, noise } = await open(runWith(hostileTexts.values()))
    expect(await page.locator('details.cell').count()).to.be.at.least(120)
    await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`)
    for (const square of (await page.locator('.grid td.sick').all()).slice(0, 5)) await square.hover()
    await page.keyboard.press('Tab')
    expect(noise).to.deep.equal([])
    expect(await page.evaluate('[window.pwned, Object.prototype.pwned, document.title.length < 500]')).to.deep.equal([
      undefined,
      undefined,
      true,
    ])
    expect(((await page.evaluate(tagPaths)) as string[]).filter((path) => !known.includes(path))).to.deep.equal([])
    const named = (await page.evaluate(attributes)) as string[]
    expect(named.filter((name) => !attributesKnown.includes(name))).to.deep.equal([])
    // Nothing spills over: no text is wider than the page, and nothing covers the page.
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(1280)
    expect(await page.evaluate(`document.getElementById('main').tagName`)).to.equal('MAIN')
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('a[href]')].every((a) => /^(#|hosts\\/|record\\.json|junit\\.xml)/.test(a.getAttribute('href')))`,
      ),
    ).to.equal(true)
  }).timeout(240_000)
})
