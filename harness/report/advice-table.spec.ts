import { expect } from 'chai'
import type { CellRecord } from '../results/record.ts'
import { sampleRun } from '../results/sample.spec-data.ts'
import { adviceTable, measuredAdvice } from './advice-table.ts'

const run = (change: (cell: CellRecord) => void, startedAt = '2026-01-01') => ({ ...sampleRun(change), startedAt })
const broken = (cell: CellRecord) => cell.diagnoses.find(({ stage }) => stage === 'broken')!

describe('the table of measured advice', () => {
  it('has a row for each procedure on the hosts of each cause, what was recommended first', () => {
    const rows = measuredAdvice([run(() => {})])
    expect(rows.length).to.be.above(2)
    expect(new Set(rows.map(({ causes }) => causes))).to.deep.equal(new Set(['stale-kernel']))
    expect(rows[0]).to.include({ advice: 'recommended', procedure: 'reboot' })
    expect(rows[0]!.classes).to.deep.equal({ cures: ['debian12'] })
    expect(rows.filter(({ advice }) => advice === 'advised against')).to.not.be.empty
    expect(adviceTable(rows).split('\n')).to.have.length(rows.length + 2)
    expect(adviceTable(rows, 'rules-flushed').split('\n')).to.have.length(2)
  })

  it('sets apart what was recommended on one host and advised against on another', () => {
    const other = (cell: CellRecord) => {
      Object.assign(cell, { name: 'debian13-stale-kernel', host: 'debian13' })
      const [detail] = broken(cell).detail
      detail!.nonFixes.push({ name: 'reboot', why: 'it leaves an orphan' })
      detail!.fixes = []
      cell.fixes.find(({ name }) => name === 'reboot')!.observed = 'no-effect'
    }
    const rows = measuredAdvice([run(() => {}), run(other)]).filter(({ procedure }) => procedure === 'reboot')
    expect(rows.map(({ advice, classes }) => [advice, classes])).to.deep.equal([
      ['recommended', { cures: ['debian12'] }],
      ['advised against', { 'no-effect': ['debian13'] }],
    ])
  })

  it('takes the newest record of a cell', () => {
    const later = run((cell) => Object.assign(cell.fixes[0]!, { observed: 'partial' }), '2026-01-02')
    const [row] = measuredAdvice([later, run(() => {})])
    expect(Object.keys(row!.classes)).to.deep.equal(['partial'])
  })
})
