import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { hostileTexts } from '../lib/hostile.spec-data.ts'
import { safeJson } from '../lib/text.ts'
import { readHistory, remember } from '../results/history.ts'
import { readRecord } from '../results/read-record.ts'
import type { RunRecord } from '../results/record.ts'
import { sampleWhole } from '../results/sample-whole.spec-data.ts'
import { isOurs, type TextPath, withEveryText } from '../results/texts.spec-data.ts'
import { annotations, jobSummary } from './github.ts'
import { renderHtml } from './html/index.ts'
import { namesIn, withoutScripts } from './html/tags.spec-data.ts'
import { renderJunit } from './junit.ts'
import { createBoard } from './terminal/board.ts'
import { createReporter } from './terminal/index.ts'
import { printed } from './terminal/printed.spec-data.ts'
import { writeReports } from './write.ts'

// What no output may have: it would act, or hide what is there.
const acts = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{DI}|\p{Cs}/u
// The lines of a run's own end are not indented.
const forged = /^(✓ passed|report \/tmp\/evil|repeat curl)/m

describe('what a hostile guest prints, in every text of a record', function () {
  this.timeout(300_000)
  const base = sampleWhole()
  const runs = new Map<string, RunRecord>()
  const runOf = (text: string, isIn: (path: TextPath) => boolean = () => true): RunRecord => {
    // What a host prints at length is in a few texts; the lab bounds the others.
    const run = withEveryText(base, (old, path) => (isIn(path) ? text.slice(0, 1200) : old))
    const [cell] = run.cells
    cell!.probes[0]!.detail = text
    cell!.stages.find(({ mismatches }) => mismatches.length > 0)!.mismatches[0] = text.slice(0, 100_000)
    cell!.diagnoses.find(({ detail }) => detail.length > 0)!.detail[0]!.evidence = [
      { from: text.slice(0, 1000), line: text },
    ]
    cell!.rulesets[0]!.removed = text.split('\n').slice(0, 500)
    return run
  }
  for (const [kind, text] of hostileTexts) runs.set(kind, runOf(text))
  const each = (check: (run: RunRecord, kind: string) => void): void => {
    let checked = 0
    for (const [kind, run] of runs) {
      try {
        check(run, kind)
      } catch (error) {
        throw new Error(`${kind}: ${String((error as Error).message).slice(0, 1500)}`, { cause: error })
      }
      checked++
    }
    expect(checked).to.be.at.least(120)
  }

  it('is more than a hundred kinds of output, each in hundreds of texts', () => {
    expect(runs.size).to.be.at.least(120)
    let texts = 0
    withEveryText(base, (text) => {
      texts++
      return text
    })
    expect(texts).to.be.above(800)
  })

  for (const [name, make] of Object.entries({ createReporter, createBoard }))
    it(`does not act on a terminal, nor forge its lines (${name})`, () =>
      each((run, kind) => {
        const plain = printed(make, run, { color: false, live: false })
        expect(plain).to.not.match(acts)
        expect(plain).to.not.match(/^\s*::|##\[/m)
        expect(plain.match(/^(repeat|report) /gm)).to.have.length(2)
        expect(plain.length).to.be.below(400_000)
        const own = runOf(hostileTexts.get(kind)!, (path) => !isOurs(path))
        expect(printed(make, own, { color: false, live: false })).to.not.match(forged)
        const live = printed(make, run, { color: true, live: true })
        const drawn = /\x1b\[\d+A\r\x1b\[J|\x1b\[\d+m/g
        expect(live.replace(drawn, '')).to.not.match(acts)
        // A line that is redrawn fits, or the terminal could not erase it.
        const redrawn = live.split('\n').filter((line) => /⠋/.test(line))
        expect(redrawn).to.not.be.empty
        for (const line of redrawn)
          expect([...line.replace(drawn, '')].reduce((sum, c) => sum + (c > '\u2fff' ? 2 : 1), 0)).to.be.below(80)
      }))

  it('is no element, attribute or script of the page, and does not make it endless', () => {
    const known = namesIn(renderHtml(base))
    for (const text of ['a', 'a `b` c', 'a: expected b, saw c', ''])
      for (const name of namesIn(renderHtml(withEveryText(base, () => text)))) known.add(name)
    expect([...known])
      .to.include('td class')
      .and.not.include('img')
    each((run) => {
      const page = renderHtml(run)
      expect(page).to.not.match(acts)
      expect(page.match(/<script/g)).to.have.length(1)
      const { names, rest } = { names: namesIn(page), rest: withoutScripts(page) }
      expect([...names].filter((name) => !known.has(name))).to.deep.equal([])
      expect(rest.match(/<(?![a-z/!])/gi)).to.equal(null)
      expect(page.length).to.be.below(1_500_000)
    })
  })

  it('is text in JUnit, whatever a schema or a parser refuses', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-junit-'))
    const suites = renderJunit(base).match(/<(testsuite|testcase|failure|error|skipped) /g)!.length
    each((run, kind) => {
      const xml = renderJunit(run)
      expect(xml.replace(/^<\?xml [^?]*\?>\n/, '')).to.not.match(acts)
      expect(xml.match(/<(testsuite|testcase|failure|error|skipped) /g)).to.have.length(suites)
      expect(xml.length).to.be.below(400_000)
      const file = join(dir, kind.replace(/\W+/g, '-'))
      writeFileSync(`${file}.all`, xml)
      writeFileSync(`${file}.own`, renderJunit(runOf(hostileTexts.get(kind)!, (path) => !isOurs(path))))
    })
    const schema = new URL('./junit.xsd', import.meta.url).pathname
    const files = (which: string): string[] =>
      [...runs.keys()].map((kind) => join(dir, `${kind.replace(/\W+/g, '-')}.${which}`))
    const lint = (...words: string[]) => spawnSync('xmllint', ['--noout', '--nonet', ...words], { encoding: 'utf8' })
    // An empty name is well-formed, but a name of the lab is never empty.
    const [all, own] = [lint(...files('all')), lint('--schema', schema, ...files('own'))]
    rmSync(dir, { recursive: true })
    if (all.error) return void console.log('      without xmllint: neither parsed nor validated')
    expect(all.stderr).to.equal('')
    expect(own.stderr.replace(/^.* validates\n/gm, '')).to.equal('')
    expect(own.stderr.match(/ validates$/gm)).to.have.length(runs.size)
  })

  it('is one annotation a cell for GitHub, and no markup of its summary', () =>
    each((run) => {
      const lines = annotations(run)
      expect(lines).to.have.length(1)
      expect(lines[0])
        .to.match(/^::error (?:file=[^,:\n]*,line=12,)?title=[^,:\n]* failed::[^\n]*$/)
        .and.not.match(acts)
      const summary = jobSummary(run)
      expect(summary).to.not.match(acts)
      expect(summary.length).to.be.below(60_000)
      expect(summary.match(/^#/gm)).to.have.length(1)
      // Outside of code spans, tags are our own, and a bracket of a link is escaped.
      const prose = summary.replace(/(`+) .*? \1(?!`)|(?<!\\)`[^`\n]*`/g, '')
      expect(prose.replace(/<\/?(details|summary)>/g, '')).to.not.match(/<|(?<!\\)[[\]]/)
      expect(summary).to.not.match(/^\s*::/m)
    }))

  it('comes back from record.json and history.jsonl as it was, for strict readers too', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-record-'))
    const formed = (value: unknown) => JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f]../g, '$1\ufffd')
    let read = 0
    each((run) => {
      const text = safeJson(run, 2)
      expect(text).to.not.match(acts)
      expect(text).to.not.contain('##[')
      expect(formed(readRecord(text, 'record.json'))).to.equal(formed(run))
      remember({ ...run, runId: `run-${read++}` }, dir)
    })
    const lines = readFileSync(join(dir, 'history.jsonl'), 'utf8')
    expect(lines).to.not.match(acts)
    const past = readHistory(dir)
    expect(past).to.have.length(runs.size)
    expect(past.map(({ verdict }) => verdict)).to.deep.equal(past.map(() => 'failed'))
    // And that is what the file holds.
    const halves = runs.get('high half')!
    await writeReports(halves, join(dir, 'run'))
    expect(readFileSync(join(dir, 'run/record.json'), 'utf8')).to.equal(`${safeJson(halves, 2)}\n`)
    rmSync(dir, { recursive: true })
  })

  it('changes no object that every object shares', () => {
    expect(({} as { pwned?: unknown }).pwned).to.equal(undefined)
    expect((globalThis as { pwned?: unknown }).pwned).to.equal(undefined)
  })
})
