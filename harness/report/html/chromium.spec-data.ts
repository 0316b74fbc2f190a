import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { PastRun } from '../../results/history.ts'
import type { RunRecord } from '../../results/record.ts'
import type { Logs } from '../logs.ts'
import { renderHtml } from './index.ts'

/** The options with which a page is opened. */
export interface Shown {
  browser?: BrowserContextOptions
  past?: readonly PastRun[]
  logs?: Logs
  /** The hash of the address, with its `#`. */
  hash?: string
}

/** Opens the page of a run from disk. `noise` gets its console messages, errors and outside requests. */
export type Open = (run: RunRecord, shown?: Shown) => Promise<{ page: Page; noise: string[] }>

const executablePath = '/usr/bin/chromium'
const quiet = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run']
const alone = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Why no page can be opened here; undefined where one can. */
export const noChromium = existsSync(executablePath) ? undefined : `no ${executablePath}`

/** A headless Chromium that sends no requests of its own. */
export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: [...quiet, ...alone] })

/** A suite that is skipped where there is no Chromium. */
export const inChromium = (title: string, tests: (open: Open) => void): void => {
  describe(`${title} in Chromium${noChromium ? ` (skipped: ${noChromium})` : ''}`, function () {
    this.timeout(90_000)
    let browser: Browser
    let dir: string

    before(async function () {
      if (noChromium) return this.skip()
      dir = mkdtempSync(join(tmpdir(), 'dockfault-page-'))
      browser = await launch()
    })
    after(async () => {
      await browser?.close()
      if (dir) rmSync(dir, { recursive: true })
    })
    afterEach(async () => {
      for (const context of browser?.contexts() ?? []) await context.close()
    })

    tests(async (run, { browser: options = {}, past = [], logs, hash = '' } = {}) => {
      const file = join(dir, 'index.html')
      writeFileSync(file, renderHtml(run, past, logs))
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage()
      const noise: string[] = []
      page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`))
      page.on('pageerror', (error) => noise.push(String(error)))
      page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) noise.push(request.url())
      })
      await page.goto(`${pathToFileURL(file).href}${hash}`)
      return { page, noise }
    })
  })
}
