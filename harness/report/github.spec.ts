import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { RunRecord } from '../results/record.ts'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleFailed, sampleHostile, sampleMatrix } from '../results/sample-variants.spec-data.ts'
import { annotations, jobSummary, reportToGithub } from './github.ts'

const located = (run: RunRecord): RunRecord => {
  for (const cell of run.cells) cell.where = { file: 'scenarios/stale-kernel.yaml', line: 12 }
  return run
}

describe('GitHub', () => {
  it('gets an error at the line of the scenario for each cell that did not pass', () => {
    const [line, ...rest] = annotations(located(sampleFailed()))
    expect(rest).to.deep.equal([])
    expect(line).to.match(
      /^::error file=scenarios\/stale-kernel\.yaml,line=12,title=debian12-stale-kernel failed::broken: Not as the scenario/,
    )
    expect(line)
      .to.contain('%0Aprobe host-network: expected fail, saw pass%0A')
      .and.match(/%0ARun again: npm run scenario/)
    expect(annotations(sampleRun())).to.deep.equal([])
    expect(annotations(sampleMatrix()).map((each) => /title=(.*?)::/.exec(each)![1])).to.deep.equal([
      'debian13-stale-kernel failed',
      'debian13-stale-kernel-module-missing broken',
    ])
  })

  it('is pointed at the known issue that has to go, and only warned of a flake', () => {
    const known = located(sampleFailed())
    const where = { file: 'scenarios/known-issues.yaml', line: 3 }
    known.cells[0]!.knownIssue = { pattern: 'x', tracker: 'y', until: '2026-01-01', where }
    expect(annotations(known)[0]).to.match(/^::error file=scenarios\/known-issues\.yaml,line=3,/)
    const flaky = located(sampleRun())
    Object.assign(flaky.cells[0]!, { verdict: 'flaky', reason: 'passed when it ran again: 100%, so far' })
    expect(annotations(flaky)[0]).to.match(/^::warning file=.*::Passed when it ran again: 100%25, so far\.%0A/)
  })

  it('gets no more errors than it shows, each one line, whatever a guest printed', () => {
    const run = sampleHostile()
    run.cells = Array.from({ length: 30 }, (_, i) => ({ ...run.cells[0]!, name: `a,b:${i}` }))
    const lines = annotations(run)
    expect(lines).to.have.length(10)
    for (const line of lines) {
      expect(line).to.not.match(/[\r\n\x1b\u202e]/)
      expect(line).to.match(/^::error title=a%2Cb%3A\d+ failed::/)
    }
  })

  it('gets a summary with the verdict, what did not pass, and all cells', () => {
    const summary = jobSummary({ ...sampleMatrix(), missing: ['debian12-x'] })
    expect(summary).to.match(
      /^## ✗ failed: 7 cells in 40 min 11 s\n\n1 failed, 1 broken, 4 passed, 1 skipped, 1 did not run\n/,
    )
    expect(summary).to.contain('- `probe host-network: expected fail, saw pass`')
    expect(summary).to.contain('| ✓ passed | `debian12-healthy` | 1 min 58 s | Healthy from start to end')
    expect(summary).to.contain('Did not run: `debian12-x`')
    // In code spans the text of a host stays text.
    const prose = jobSummary(sampleHostile()).replace(/(`+) .*? \1(?!`)|`[^`]*`/g, '')
    expect(prose)
      .to.contain('&lt;script&gt;')
      .and.to.not.match(/<script|<img|\x1b|\u202e/)
    expect(jobSummary(sampleHostile()).length).to.be.below(30_000)
  })

  it('gets output only on its own runners, and from a merge only the summary', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-github-'))
    const file = join(dir, 'summary')
    const printed: string[] = []
    const stream = { write: (text: string) => printed.push(text) } as unknown as NodeJS.WriteStream
    reportToGithub(sampleFailed(), { annotate: true, stream, env: { GITHUB_STEP_SUMMARY: file } })
    expect(printed).to.deep.equal([])
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file }
    reportToGithub(sampleFailed(), { annotate: true, stream, env })
    reportToGithub(sampleFailed(), { annotate: false, stream, env })
    expect(printed).to.have.length(1)
    expect(readFileSync(file, 'utf8').match(/## ✗ failed/g)).to.have.length(2)
    rmSync(dir, { recursive: true })
  })
})
