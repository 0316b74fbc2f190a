import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { splitCells } from '../schedule/shard.ts'
import { complete } from './complete.ts'
import type { Claim } from './load-claims.ts'
import { mergeRecords } from './merge.ts'
import type { RunRecord } from './record.ts'
import { sampleMatrix } from './sample-variants.spec-data.ts'

const causes = ['stale-kernel', 'rules-flushed']
// A claim whose verdict rests on cells of different shards.
const claims = ['debian12-stale-kernel', 'debian12-stale-kernel-module-missing'].map((cell) => ({ cell }))
const claim = {
  id: '000-down',
  claim: 'Nothing gets out.',
  source: '000',
  verdict: 'confirmed',
  check: claims.map(({ cell }) => ({ cell, stage: 'broken', probe: 'egress-tcp', observed: 'fail' })),
} as unknown as Claim
const by = { causes, claims: [claim] }

const { cells } = sampleMatrix()
const names = cells.map(({ name }) => name)
const whole = complete({ ...sampleMatrix(), command: 'npm run matrix' }, { wanted: names, ...by })

/** The same matrix, run as `of` shards. */
function shards(of: number): RunRecord[] {
  const durations = new Map(cells.map(({ name, durationMs }) => [name, durationMs]))
  return splitCells(cells, of, durations).map((part, i) => {
    const run = {
      ...sampleMatrix(),
      runId: `run-${i}`,
      startedAt: `2026-01-01T00:0${i}:00.000Z`,
      durationMs: 120_000,
      command: `npm run matrix -- --shard ${i + 1}/${of}`,
      cells: part,
      shard: { index: i + 1, of, cells: names },
    }
    return complete(run, { wanted: part.map(({ name }) => name), ...by })
  })
}

/** A record without the times and ids of its runs. */
const comparable = ({ runId: _, startedAt: __, durationMs: ___, mergedFrom: ____, ...rest }: RunRecord) => rest

describe('merged records', () => {
  it('are the unsharded one up to times and ids, in whatever order they are given', () => {
    for (const of of [1, 2, 3, 7]) {
      const merged = mergeRecords(shards(of), by)
      expect(comparable(merged)).to.deep.equal(comparable(whole))
      expect(comparable(mergeRecords(shards(of).reverse(), by))).to.deep.equal(comparable(whole))
    }
  })

  it('judge claims and detectors over all cells', () => {
    const [claimed] = mergeRecords(shards(3), by).claims!
    expect(claimed!.verdict).to.equal('confirmed')
    expect(
      shards(3)
        .flatMap((shard) => shard.claims ?? [])
        .map(({ verdict }) => verdict),
    ).to.include('untested')
    expect(mergeRecords(shards(3), by).confusion).to.deep.equal(whole.confusion)
  })

  it('know when they ran, and what they were', () => {
    const merged = mergeRecords(shards(3), by)
    expect(merged).to.include({ runId: 'run-0-merged', startedAt: '2026-01-01T00:00:00.000Z', durationMs: 240_000 })
    expect(merged.mergedFrom).to.deep.equal(['run-0', 'run-1', 'run-2'])
    expect(merged).to.not.have.property('shard')
  })

  it('miss what a shard that is not there should have run, and have not passed', () => {
    const passed = shards(3).map((shard) => ({
      ...shard,
      cells: shard.cells.map((cell) => ({ ...cell, verdict: 'passed' as const, diagnoses: [] })),
    }))
    expect(mergeRecords(passed, by).verdict).to.equal('passed')
    const merged = mergeRecords(passed.slice(1), by)
    expect(merged.missing).to.have.members(passed[0]!.cells.map(({ name }) => name))
    expect(merged.verdict).to.equal('broken')
  })

  it('refuse a cell that is there twice, and shards that do not fit together', () => {
    const [one, two] = shards(2)
    const twin = { ...two!, cells: [...two!.cells, one!.cells[0]!] }
    expect(() => mergeRecords([one!, twin], by)).to.throw(LabError, 'is in two records: run-0 and run-1')
    const other = { ...shards(3)[1]!, runId: 'other' }
    expect(() => mergeRecords([one!, other], by)).to.throw(LabError, 'shards of different matrices')
    expect(() => mergeRecords([], by)).to.throw(LabError, 'no records')
    expect(comparable(mergeRecords([one!, one!, two!], by))).to.deep.equal(comparable(whole))
  })

  it('join runs that are no shards, too', () => {
    const runs = ['a', 'b'].map((id, i) => ({ ...whole, runId: id, cells: cells.slice(3 * i, 3 * i + 3) }))
    expect(mergeRecords(runs, by).cells.map(({ name }) => name)).to.deep.equal(names.slice(0, 6))
  })
})
