import { expect } from 'chai'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleMatrix } from '../results/sample-variants.spec-data.ts'
import { measuredTable } from './measured-table.ts'

describe('the table of what was measured', () => {
  it('has a row for each scenario and variant, a column for each host, and leaves out what was skipped', () => {
    const [head, , ...rows] = measuredTable([sampleMatrix()]).split('\n')
    expect(head).to.equal('| scenario | what it shows | debian12 | debian13 |')
    expect(rows.map((row) => row.split(' | ')[0])).to.deep.equal([
      '| `stale-kernel`',
      '| `stale-kernel-module-missing`',
      '| `healthy`',
    ])
    expect(rows[0]).to.contain('| ✓ 8 min 09 s (qemu) | ✗ 8 min 09 s (qemu) |')
  })

  it('shows the newest whole run of a cell', () => {
    const at = (startedAt: string, command: string, durationMs: number) => {
      const run = sampleRun((cell) => Object.assign(cell, { durationMs, provider: 'container' }))
      return { ...run, startedAt, command }
    }
    const runs = [
      at('2026-01-02', 'npm run scenario x', 2000),
      at('2026-01-01', 'npm run scenario x', 1000),
      at('2026-01-03', 'npm run scenario x -- --until broken', 3000),
    ]
    expect(measuredTable(runs)).to.contain('| ✓ 2.0 s |')
  })

  it('leaves out the cells of sweeps, which assert nothing', () => {
    const swept = sampleRun((cell) => Object.assign(cell, { varied: { proxy: 'on' } }))
    expect(measuredTable([sampleRun(), swept]).split('\n')).to.have.length(3)
    expect(measuredTable([swept]).split('\n')).to.have.length(2)
  })
})
