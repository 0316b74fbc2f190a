import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { RunRecord } from '../../results/record.ts'
import { sampleRun } from '../../results/sample.spec-data.ts'
import { hostile, sampleMatrix } from '../../results/sample-variants.spec-data.ts'
import { type Logs, readLogs } from '../logs.ts'
import { inChromium } from './chromium.spec-data.ts'

/** The logs of a run whose cells all have this journal. */
async function journalOf(run: RunRecord, journal: string): Promise<Logs> {
  const dir = mkdtempSync(join(tmpdir(), 'dockfault-journal-'))
  try {
    for (const { name } of run.cells) {
      mkdirSync(join(dir, 'hosts', name), { recursive: true })
      writeFileSync(join(dir, 'hosts', name, 'journal.txt'), journal)
    }
    return await readLogs(run, dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

inChromium('the search of logs', (open) => {
  const journal = Array.from({ length: 50 }, (_, i) => `${i} dockerd[1]: ${i % 10 ? 'up' : 'iptables FAILED'}`).join(
    '\n',
  )

  it('keeps the lines with the words, counts and marks them, and gives the rest back', async () => {
    const { page, noise } = await open(sampleRun(), { logs: await journalOf(sampleRun(), journal) })
    expect(await page.locator('.log pre').isVisible()).to.equal(false)
    await page.locator('.log summary').click()
    const field = page.getByRole('searchbox', { name: 'Search journal.txt' })
    await field.fill('iptables failed')
    expect(await page.locator('.log pre mark').count()).to.equal(5)
    expect(await page.locator('.log output').textContent()).to.equal('5 of 50 lines')
    expect(await page.locator('.log pre').textContent()).to.not.contain('up')
    await field.fill('')
    expect(await page.locator('.log pre').textContent()).to.equal(journal)
    expect(noise).to.deep.equal([])
  })

  it('is not there without scripts, and the text is', async () => {
    const logs = await journalOf(sampleRun(), journal)
    const { page } = await open(sampleRun(), { logs, browser: { javaScriptEnabled: false } })
    await page.locator('.log summary').click()
    expect(await page.locator('.log pre').isVisible()).to.equal(true)
    expect(await page.locator('input').count()).to.equal(0)
  })

  it('runs nothing of a hostile log of 10 MB, whole or searched, and stays within the window', async () => {
    const line = `${hostile}</pre></details><script>window.pwned = 4</script>\n${'x'.repeat(3000)}\n`
    const logs = await journalOf(sampleRun(), line.repeat(Math.ceil(10e6 / line.length)))
    const { page, noise } = await open(sampleRun(), { logs, browser: { viewport: { width: 420, height: 800 } } })
    await page.locator('.log summary').click()
    await page.getByRole('searchbox', { name: 'Search journal.txt' }).fill('<script>')
    expect(await page.locator('.log mark').count()).to.be.above(10)
    expect(await page.locator('.log pre').textContent()).to.contain('window.pwned = 4')
    expect(await page.evaluate('window.pwned')).to.equal(undefined)
    expect(await page.locator('img, body style, main script').count()).to.equal(0)
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(420)
    expect(noise).to.deep.equal([])
  })
})

inChromium('the filters of a matrix', (open) => {
  it('are for many cells alone, and need scripts', async () => {
    expect(await (await open(sampleRun())).page.locator('.filters').count()).to.equal(0)
    const { page } = await open(sampleMatrix(), { browser: { javaScriptEnabled: false } })
    expect(await page.locator('.filters').count()).to.equal(0)
    expect(await page.locator('details.cell:visible').count()).to.equal(7)
  })

  it('show the cells of a verdict, a host, a scenario and with some words', async () => {
    const { page, noise } = await open(sampleMatrix())
    const left = async (): Promise<number[]> => [
      await page.locator('details.cell:visible').count(),
      await page.locator('a.tile:visible').count(),
    ]
    await page.getByLabel('Filter by host').selectOption('debian13')
    expect(await left()).to.deep.equal([3, 3])
    await page.getByLabel('Filter by verdict').selectOption('failed')
    expect(await left()).to.deep.equal([1, 1])
    expect(await page.locator('.failure.broken:visible').count()).to.equal(0)
    expect(await page.locator('.filters output').textContent()).to.equal('1 of 7 cells')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Filter by scenario').selectOption('healthy')
    expect(await left()).to.deep.equal([2, 2])
    expect(await page.locator('.overview tbody tr:visible').count()).to.equal(1)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Filter by words').fill('NO PROVIDER')
    expect(await left()).to.deep.equal([1, 1])
    expect(noise).to.deep.equal([])
  })

  it('are reached by the keyboard and kept in the address', async () => {
    const { page } = await open(sampleMatrix())
    await page.getByLabel('Filter by verdict').focus()
    await page.keyboard.press('b')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).to.equal('Filter by host')
    expect(await page.evaluate('location.hash')).to.equal('#filter:verdict=broken')
    const again = await open(sampleMatrix(), { hash: '#filter:verdict=broken&text=debian13' })
    expect(await again.page.locator('details.cell:visible').count()).to.equal(1)
    expect(await again.page.getByLabel('Filter by words').inputValue()).to.equal('debian13')
  })

  it('give way to a link to a cell that they hide', async () => {
    const { page } = await open(sampleMatrix(), { hash: '#filter:verdict=broken' })
    await page.evaluate('location.hash = "#cell-debian12-healthy"')
    await page.locator('#cell-debian12-healthy').getByText('What happened').waitFor()
    expect(await page.locator('details.cell:visible').count()).to.equal(7)
  })

  it('are not on paper, where all is unfolded', async () => {
    const { page } = await open(sampleMatrix(), { browser: { javaScriptEnabled: false } })
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#cell-debian12-healthy').getByText('What happened').isVisible()).to.equal(true)
    expect(await page.locator('#cell-debian12-healthy table.results').isVisible()).to.equal(true)
    const { page: scripted } = await open(sampleMatrix())
    await scripted.emulateMedia({ media: 'print' })
    expect(await scripted.locator('.filters').isVisible()).to.equal(false)
  })
})
