import { expect } from 'chai'
import { cost } from './cost.ts'
import type { CellRecord, RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'

/** A run of two minutes whose cells took so long, and were spared so much. */
function run(cells: Pick<CellRecord, 'durationMs' | 'sparedMs'>[], change: Partial<RunRecord> = {}): RunRecord {
  const record = sampleRun()
  const [cell] = record.cells
  return { ...record, durationMs: 120_000, cells: cells.map((times) => ({ ...cell!, ...times })), ...change }
}

describe('what a run cost', () => {
  it('is told beside what its cells take one by one, from nothing', () => {
    const cells = [{ durationMs: 60_000, sparedMs: 240_000 }, { durationMs: 90_000 }]
    expect(cost(run(cells))).to.equal('One by one, each from nothing, its cells take 6 min 30 s: 3.3 times as long.')
    const harness = { busyMs: 1_200, ofMs: 120_000 }
    expect(cost(run(cells, { harness }))).to.contain('The harness itself worked in 1.0 % of the time.')
  })

  it('counts no cell that was skipped', () => {
    const record = run([
      { durationMs: 60_000, sparedMs: 60_000 },
      { durationMs: 60_000 },
      { durationMs: 0, sparedMs: 1e9 },
    ])
    record.cells[2]!.verdict = 'skipped'
    expect(cost(record)).to.contain('its cells take 3 min 00 s')
  })

  it('is not told of one cell, nor by a record that does not know', () => {
    expect(cost(run([{ durationMs: 1, sparedMs: 1 }]))).to.equal('')
    expect(cost(run([{ durationMs: 1 }, { durationMs: 1 }]))).to.equal('')
  })
})
