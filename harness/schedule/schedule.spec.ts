import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import type { PastRun } from '../results/history.ts'
import type { Cell } from '../scenario/cell.ts'
import { lastFailed, namedCell, repeated } from './choose-cells.ts'
import { expectDurations } from './expect.ts'
import { defaultJobs, lanesIn, roomOf, wholeNumber } from './room.ts'
import { parseShard, splitCells } from './shard.ts'

const cell = (name: string, more: Partial<Cell> = {}): Cell =>
  ({ name, scenario: 's', host: name.split('-')[0], needs: [], fixes: [], ...more }) as unknown as Cell
const past = (...runs: Record<string, [verdict: string, ms: number]>[]): PastRun[] =>
  runs.map((cells, i) => ({
    runId: `run-${i}`,
    startedAt: `2026-01-0${i + 1}T00:00:00Z`,
    durationMs: 1,
    verdict: 'passed',
    cells: Object.fromEntries(
      Object.entries(cells).map(([name, [verdict, durationMs]]) => [name, { verdict, durationMs }]),
    ) as PastRun['cells'],
  }))

describe('what a cell is expected to take', () => {
  it('is the median of its last runs, else of the scenario on other hosts, else by its stages', () => {
    const cells = [cell('debian12-s'), cell('debian13-s'), cell('debian12-other', { scenario: 'other' })]
    const runs = [10, 99, 20, 30, 40, 50].map((ms) => ({ 'debian12-s': ['passed', ms] as [string, number] }))
    const expected = expectDurations(cells, past(...runs))
    expect(expected.get('debian12-s')).to.equal(40)
    expect(expected.get('debian13-s')).to.equal(40)
    expect(expected.get('debian12-other')).to.equal(60_000)
  })

  it('ignores runs that did not end, and counts a repetition for its cell', () => {
    const runs = past(
      { 'debian12-s': ['failed', 70] },
      { 'debian12-s': ['broken', 9] },
      { 'debian12-s#2': ['skipped', 0] },
    )
    expect([...expectDurations([cell('debian12-s#2')], runs).values()]).to.deep.equal([70])
  })

  it('is guessed by the number of observations, and is longer for a VM', () => {
    const guessed = (needs: string[], ...ladders: object[]): number | undefined => {
      const fixes = ladders.map((ladder) => ({ use: 'f', expect: 'cures', ladder }))
      const wanted = cell('debian12-new', { scenario: 'new', needs, fixes } as unknown as Partial<Cell>)
      return expectDurations([wanted], []).get('debian12-new')
    }
    expect(guessed(['systemd', 'docker'])).to.equal(60_000)
    expect(guessed(['own-kernel'])).to.equal(180_000)
    expect(guessed(['systemd', 'docker', 'reboot'], {}, { again: 'cures', reboot: 'masks' })).to.equal(420_000)
  })
})

describe('shards', () => {
  const cells = Array.from({ length: 17 }, (_, i) => ({ name: `cell-${String(i).padStart(2, '0')}` }))
  const expected = new Map(cells.map(({ name }, i) => [name, ((i * 37) % 11) * 1000]))

  it('are disjoint and together all, whatever the order in which cells come', () => {
    for (const of of [1, 2, 3, 5, 17, 20]) {
      const parts = splitCells(cells, of, expected)
      expect(parts).to.have.length(of)
      expect(
        parts
          .flat()
          .map(({ name }) => name)
          .sort(),
      ).to.deep.equal(cells.map(({ name }) => name))
      const names = (all: typeof parts) => all.map((part) => part.map(({ name }) => name).sort())
      expect(names(splitCells(cells.toReversed(), of, expected))).to.deep.equal(names(parts))
    }
  })

  it('take about as long as each other', () => {
    const sums = splitCells(cells, 3, expected).map((part) =>
      part.reduce((sum, { name }) => sum + expected.get(name)!, 0),
    )
    expect(Math.max(...sums) - Math.min(...sums)).to.be.at.most(10_000)
  })

  it('are named from 1 to their number', () => {
    expect(parseShard('2/3')).to.deep.equal({ index: 2, of: 3 })
    for (const wrong of ['0/3', '4/3', '1', '1/0', 'a/b', '-1/3', '1/3/5', ''])
      expect(() => parseShard(wrong), wrong).to.throw(LabError, 'not a valid part')
  })
})

describe('the choice of cells', () => {
  it('repeats them under numbers, by which they are found again', () => {
    const all = repeated([cell('debian12-s'), cell('debian13-s')], 3)
    expect(all.map(({ name }) => name)).to.deep.equal([
      'debian12-s',
      'debian12-s#2',
      'debian12-s#3',
      'debian13-s',
      'debian13-s#2',
      'debian13-s#3',
    ])
    expect(namedCell([cell('debian12-s')], 'debian12-s#3')).to.deep.include({ name: 'debian12-s#3', host: 'debian12' })
    expect(namedCell([cell('debian12-s')], 'debian13-s')).to.equal(undefined)
  })

  it('knows what did not pass when it last ran', () => {
    const cells = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => cell(name))
    const runs = past(
      { a: ['failed', 1], b: ['failed', 1], c: ['passed', 1], d: ['broken', 1], f: ['failed', 1] },
      { a: ['passed', 1], c: ['flaky', 1], d: ['skipped', 0], e: ['known', 1], f: ['passed', 1], 'f#2': ['failed', 1] },
    )
    expect(lastFailed(cells, runs).map(({ name }) => name)).to.deep.equal(['b', 'c', 'd', 'f'])
    expect(() => lastFailed([cell('a')], runs))
      .to.throw(LabError, 'no cell failed')
      .with.property('exitCode', 3)
  })
})

describe('room on the machine', () => {
  it('gives two cells to each core as far as memory goes, and always one', () => {
    expect(defaultJobs(384, 8, 16_000)).to.equal(16)
    expect(defaultJobs(384, 8, 1000)).to.equal(2)
    expect(defaultJobs(3328, 8, 1000)).to.equal(1)
    expect(defaultJobs(Number.POSITIVE_INFINITY, 2, 1000)).to.equal(1)
  })

  it('is larger for a VM than for a container, and largest for an emulated one', () => {
    const [container, kvm, emulated] = [
      roomOf('container', 'none'),
      roomOf('qemu', 'kvm'),
      roomOf('vagrant', 'unproven'),
    ]
    expect(container.memory).to.be.below(kvm.memory)
    expect(kvm.memory).to.be.below(emulated.memory)
    expect([container, kvm, emulated].map(({ processors }) => processors)).to.deep.equal([0.5, 0.5, 1])
  })

  it('has as many hosts of a cell that runs alone as processors and memory hold, and no more than jobs', () => {
    const [box, vm] = [roomOf('container', 'none'), roomOf('qemu', 'tcg')]
    const lanes = [
      lanesIn(vm, {}, 2, 16_000),
      lanesIn(vm, {}, 8, 16_000),
      // The first host exists already.
      lanesIn(vm, {}, 8, 0),
      lanesIn(roomOf('qemu', 'kvm'), {}, 2, 16_000),
      lanesIn(box, {}, 2, 16_000),
      lanesIn(box, { jobs: 1 }, 2, 16_000),
      lanesIn(vm, {}, 1, -500),
    ]
    expect(lanes).to.deep.equal([2, 5, 1, 4, 4, 1, 1])
  })

  it('reads whole numbers only', () => {
    expect(wholeNumber('--jobs', '4', 1)).to.equal(4)
    for (const wrong of ['0', '1.5', '-1', 'x', '', '1e3'])
      expect(() => wholeNumber('--jobs', wrong, 1), wrong).to.throw(LabError, 'not a whole number')
  })
})
