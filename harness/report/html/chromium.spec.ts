import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type PastRun, pastRun } from '../history.ts'
import type { RunRecord } from '../record.ts'
import { sampleRun } from '../sample.spec-data.ts'
import { sampleFailed, sampleHostile, sampleMatrix } from '../sample-variants.spec-data.ts'
import { renderHtml } from './index.ts'

const executablePath = '/usr/bin/chromium'
const quiet = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run']
const alone = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
const missing = !existsSync(executablePath)

describe(`index.html in Chromium${missing ? ` (skipped: no ${executablePath})` : ''}`, function () {
  this.timeout(90_000)
  let browser: Browser
  let dir: string

  before(async function () {
    if (missing) return this.skip()
    dir = mkdtempSync(join(tmpdir(), 'dockfault-page-'))
    browser = await chromium.launch({ executablePath, args: [...quiet, ...alone] })
  })
  after(async () => {
    await browser?.close()
    if (dir) rmSync(dir, { recursive: true })
  })

  /** Opens the page of a run from disk; gives what it complained of and asked for. */
  async function open(
    run: RunRecord,
    options: BrowserContextOptions = {},
    past: readonly PastRun[] = [],
  ): Promise<{ page: Page; noise: string[] }> {
    const file = join(dir, 'index.html')
    writeFileSync(file, renderHtml(run, past))
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage()
    const noise: string[] = []
    page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => noise.push(String(error)))
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) noise.push(request.url())
    })
    await page.goto(pathToFileURL(file).href)
    return { page, noise }
  }

  const runs = { passed: sampleRun, failed: sampleFailed, matrix: sampleMatrix, hostile: sampleHostile }
  for (const [name, run] of Object.entries(runs)) {
    it(`opens a ${name} run from disk without a complaint, and fits a narrow window`, async () => {
      const { page, noise } = await open(run(), { viewport: { width: 420, height: 800 } })
      expect(noise).to.deep.equal([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(420)
      expect(await page.locator('h1').isVisible()).to.equal(true)
      await page.context().close()
    })
  }

  it('fits a narrow window with the strip of thirty runs', async () => {
    const past = Array.from({ length: 30 }, (_, i) => ({
      ...pastRun(sampleMatrix()),
      runId: `run-${i}`,
      startedAt: `2025-01-01T00:00:${10 + i}.000Z`,
    }))
    const { page, noise } = await open(sampleMatrix(), { viewport: { width: 420, height: 800 } }, past)
    expect(noise).to.deep.equal([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(420)
    expect(await page.locator('table.strip td.failed').count()).to.be.above(30)
    await page.context().close()
  })

  it('runs nothing a guest printed, with scripts and by hovering', async () => {
    const { page, noise } = await open(sampleHostile())
    for (const square of (await page.locator('.grid td.sick').all()).slice(0, 3)) await square.hover()
    expect(await page.evaluate('window.pwned')).to.equal(undefined)
    expect(await page.locator('img, iframe, body style, [onmouseover]').count()).to.equal(0)
    expect(await page.locator('.readout').first().textContent()).to.contain('<script>window.pwned')
    expect(noise).to.deep.equal([])
    await page.context().close()
  })

  it('reads without scripts', async () => {
    const { page } = await open(sampleFailed(), { javaScriptEnabled: false })
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
    await page.context().close()
  })

  it('unfolds what a probe saw when its name is followed', async () => {
    const { page } = await open(sampleRun(), { javaScriptEnabled: false })
    expect(await page.locator('table.seen').isVisible()).to.equal(false)
    await page.locator('.grid tbody th a').first().click()
    expect(await page.locator('table.seen').isVisible()).to.equal(true)
    await page.context().close()
  })

  it('leads from a square to the line that tells of it', async () => {
    const { page } = await open(sampleRun())
    await page.locator('.grid td.sick').first().click()
    expect(await page.locator('.seen tr:target').textContent()).to.contain('Cannot connect to the Docker daemon')
    await page.context().close()
  })

  it('walks the grid by the arrow keys and tells what each square saw', async () => {
    const { page } = await open(sampleRun())
    await page.locator('.grid tbody td').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('.readout').textContent()).to.match(
      /^egress-udp at broken: fail .*Cannot connect to the Docker daemon/,
    )
    expect(await page.locator('.grid td[tabindex="0"]').count()).to.equal(1)
    await page.context().close()
  })

  it('leads from the overview to a folded cell', async () => {
    const { page } = await open(sampleMatrix())
    await page.locator('a.tile.passed').first().click()
    expect(await page.evaluate('location.hash')).to.equal('#cell-debian12-healthy')
    expect(await page.locator('#cell-debian12-healthy').getByText('What happened').isVisible()).to.equal(true)
    await page.context().close()
  })
})
