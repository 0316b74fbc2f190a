import { expect } from 'chai'
import { cost } from './cost.ts'
import type { CellRecord, RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'

/** A run of two minutes with cells of these durations and savings. */
function run(cells: Pick<CellRecord, 'durationMs' | 'savedMs'>[], change: Partial<RunRecord> = {}): RunRecord {
  const record = sampleRun()
  const [cell] = record.cells
  return { ...record, durationMs: 120_000, cells: cells.map((times) => ({ ...cell!, ...times })), ...change }
}

describe('what a run cost', () => {
  it('compares it with its cells run one by one, from nothing', () => {
    const cells = [{ durationMs: 60_000, savedMs: 240_000 }, { durationMs: 90_000 }]
    expect(cost(run(cells))).to.equal(
      'Run one by one from nothing, its cells would take 6 min 30 s, 3.3 times as long.',
    )
    const harness = { busyMs: 1_200, ofMs: 120_000 }
    expect(cost(run(cells, { harness }))).to.contain('The harness itself was busy for 1.0 % of the time.')
  })

  it('counts no cell that was skipped', () => {
    const record = run([
      { durationMs: 60_000, savedMs: 60_000 },
      { durationMs: 60_000 },
      { durationMs: 0, savedMs: 1e9 },
    ])
    record.cells[2]!.verdict = 'skipped'
    expect(cost(record)).to.contain('its cells would take 3 min 00 s')
  })

  it('is empty for one cell, and for a record without savings', () => {
    expect(cost(run([{ durationMs: 1, savedMs: 1 }]))).to.equal('')
    expect(cost(run([{ durationMs: 1 }, { durationMs: 1 }]))).to.equal('')
  })
})
