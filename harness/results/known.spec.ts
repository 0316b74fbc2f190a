import { expect } from 'chai'
import { failures } from '../report/failures.ts'
import { headline } from '../report/headline.ts'
import { inLightOf } from './known.ts'
import type { CellRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleFailed } from './sample-variants.spec-data.ts'
import { runVerdict } from './verdict.ts'

const issue = {
  pattern: 'debian12-*',
  tracker: 'issue 12',
  until: '2026-06-30',
  where: { file: 'scenarios/known-issues.yaml', line: 7 },
}
const [passed] = sampleRun().cells
const [failed] = sampleFailed().cells
const judge = (cell: CellRecord | undefined, today: string) => inLightOf(issue, cell!, today)

describe('a known issue', () => {
  it('excuses a failure up to its last day, and shows it as such', () => {
    for (const day of ['2026-01-01', '2026-06-30']) {
      const cell = judge(failed, day)
      expect(cell).to.deep.include({ verdict: 'known', knownIssue: issue })
      expect(cell.reason).to.match(/^known until 2026-06-30 \(issue 12\): stage/)
      expect(runVerdict({ cells: [cell] })).to.equal('passed')
      expect(failures({ cells: [cell] })).to.deep.equal([])
      expect(headline(cell)).to.equal('Fails as known until 2026-06-30: issue 12')
    }
  })

  it('excuses nothing once its day is past', () => {
    const cell = judge(failed, '2026-07-01')
    expect(cell.verdict).to.equal('failed')
    const [first, ...rest] = failures({ cells: [cell] })
    expect(first!.text).to.match(/known-issues\.yaml:7 \(issue 12\) expired on 2026-06-30; stage/)
    expect(rest.map(({ stage }) => stage)).to.deep.equal(['broken', 'fix:reinstall-running-kernel'])
    expect(runVerdict({ cells: [cell] })).to.equal('failed')
  })

  it('fails a cell that passes, before its day and after', () => {
    for (const day of ['2026-06-30', '2027-01-01']) {
      const cell = judge(passed, day)
      expect(cell.verdict).to.equal('failed')
      expect(failures({ cells: [cell] })[0]!.text).to.contain('it to fail (issue 12); remove the entry')
    }
  })

  it('leaves other verdicts and other cells as they are', () => {
    for (const verdict of ['broken', 'skipped', 'flaky'] as const)
      expect(judge({ ...failed!, verdict }, '2026-01-01').verdict).to.equal(verdict)
    expect(inLightOf(undefined, failed!, '2026-01-01')).to.equal(failed)
  })
})
