import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launch, noChromium } from '../report/html/chromium.spec-data.ts'
import { renderHtml } from '../report/html/index.ts'
import { sampleLarge } from '../results/sample-large.spec-data.ts'
import type { Candidate, Reading } from './table.ts'

const many = 200
const name = `report of ${many} cells`

/** Times the page of a large run: until it is written, until a browser draws it first, and until it is loaded. */
export const page = (): Candidate => (noChromium ? { name, absent: noChromium } : { name, run: open })

async function open(): Promise<Reading[]> {
  const dir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
  const file = join(dir, 'index.html')
  const browser = await launch()
  try {
    const run = sampleLarge(many)
    const started = performance.now()
    writeFileSync(file, renderHtml(run))
    const rendered = performance.now() - started
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    await page.goto(pathToFileURL(file).href)
    const [loaded, drawn] = (await page.evaluate(`[
      performance.getEntriesByType('navigation')[0].loadEventEnd,
      performance.getEntriesByName('first-contentful-paint')[0].startTime,
    ]`)) as [number, number]
    return [{ name, times: { rendered, 'first paint': drawn, loaded } }]
  } finally {
    await browser.close()
    rmSync(dir, { recursive: true })
  }
}
