import { expect } from 'chai'
import { pastRun } from '../../results/history.ts'
import { sampleRun } from '../../results/sample.spec-data.ts'
import { sampleFailed, sampleHostile, sampleMatrix } from '../../results/sample-variants.spec-data.ts'
import { inChromium } from './chromium.spec-data.ts'

inChromium('index.html', (open) => {
  const runs = { passed: sampleRun, failed: sampleFailed, matrix: sampleMatrix, hostile: sampleHostile }
  for (const [name, run] of Object.entries(runs)) {
    it(`opens a ${name} run from disk without a complaint, and fits a narrow window`, async () => {
      const { page, noise } = await open(run(), { browser: { viewport: { width: 420, height: 800 } } })
      expect(noise).to.deep.equal([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(420)
      expect(await page.locator('h1').isVisible()).to.equal(true)
    })
  }

  it('fits a narrow window with the strip of thirty runs', async () => {
    const past = Array.from({ length: 30 }, (_, i) => ({
      ...pastRun(sampleMatrix()),
      runId: `run-${i}`,
      startedAt: `2025-01-01T00:00:${10 + i}.000Z`,
    }))
    const { page, noise } = await open(sampleMatrix(), { browser: { viewport: { width: 420, height: 800 } }, past })
    expect(noise).to.deep.equal([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(420)
    expect(await page.locator('table.strip td.failed').count()).to.be.above(30)
  })

  it('runs nothing a guest printed, with scripts and by hovering', async () => {
    const { page, noise } = await open(sampleHostile())
    for (const square of (await page.locator('.grid td.sick').all()).slice(0, 3)) await square.hover()
    expect(await page.evaluate('window.pwned')).to.equal(undefined)
    expect(await page.locator('img, iframe, body style, [onmouseover]').count()).to.equal(0)
    expect(await page.locator('.readout').first().textContent()).to.contain('<script>window.pwned')
    expect(noise).to.deep.equal([])
  })

  it('reads without scripts', async () => {
    const { page } = await open(sampleFailed(), { browser: { javaScriptEnabled: false } })
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count as readable
    const text = await page.locator('main').innerText()
    for (const part of [
      'Failed',
      'What happened',
      'probe host-network',
      'saw pass',
      'expected cures',
      'npm run scenario',
    ])
      expect(text).to.contain(part)
    expect(await page.locator('.grid .odd a').first().getAttribute('title')).to.contain('expected pass')
    expect(await page.locator('.readout').isVisible()).to.equal(false)
  })

  it('unfolds what a probe saw when its name is followed', async () => {
    const { page } = await open(sampleRun(), { browser: { javaScriptEnabled: false } })
    expect(await page.locator('table.results').isVisible()).to.equal(false)
    await page.locator('.grid tbody th a').first().click()
    expect(await page.locator('table.results').isVisible()).to.equal(true)
  })

  it('leads from a square to the line with its output', async () => {
    const { page } = await open(sampleRun())
    await page.locator('.grid td.sick').first().click()
    expect(await page.locator('.results tr:target').textContent()).to.contain('Cannot connect to the Docker daemon')
  })

  it('moves through the grid by the arrow keys and shows the output of each square', async () => {
    const { page } = await open(sampleRun())
    await page.locator('.grid tbody td').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('.readout').textContent()).to.match(
      /^egress-udp at broken: fail .*Cannot connect to the Docker daemon/,
    )
    expect(await page.locator('.grid td[tabindex="0"]').count()).to.equal(1)
  })

  it('leads from the overview to a folded cell', async () => {
    const { page } = await open(sampleMatrix())
    await page.locator('a.tile.passed').first().click()
    expect(await page.evaluate('location.hash')).to.equal('#cell-debian12-healthy')
    expect(await page.locator('#cell-debian12-healthy').getByText('What happened').isVisible()).to.equal(true)
  })
})
