import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { hold, holdAsync, timeLimit } from '../lib/property.spec-data.ts'
import type { CellRecord } from '../results/record.ts'
import { runPool, type Task } from './pool.ts'
import { RunStore } from './run-store.ts'
import { parseShard, splitCells } from './shard.ts'
import { seedOf, somePairs } from './some-pairs.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const task = fc.record({
  name,
  expectedMs: fc.nat(100),
  memory: fc.nat(1200),
  processors: fc.constantFrom(0, 0.5, 1, 1.5, 3),
})
const tasks = fc.uniqueArray(task, { selector: (each) => each.name, maxLength: 14 })
const { signal } = new AbortController()
const budget = fc.record({ jobs: fc.integer({ min: 1, max: 5 }), processors: fc.constantFrom(1, 2, 4) })
const memory = 1000

/** Runs tasks, each for as many turns of the event loop as it has ms. `began` is called with all that then run. */
async function play(
  all: readonly Task[],
  { jobs, processors }: { jobs: number; processors: number },
  began: (now: Task[]) => void,
) {
  const now = new Set<Task>()
  const order: string[] = []
  await runPool(all, { jobs, memory, processors, memoryLeft: () => memory, signal }, async (next) => {
    now.add(next)
    order.push(next.name)
    began([...now])
    for (let turn = 0; turn <= next.expectedMs; turn += 10) await setImmediate()
    now.delete(next)
  })
  return order
}

describe('the schedule, for any cells', function () {
  this.timeout(timeLimit)

  it('runs each once and keeps to its budget; what is larger than the budget runs alone', async () => {
    let beside = 0
    await holdAsync(
      fc.asyncProperty(tasks, budget, async (all, { jobs, processors }) => {
        const order = await play(all, { jobs, processors }, (now) => {
          expect(now.length).to.be.at.most(jobs)
          if (now.length === 1) return
          beside++
          const sum = (of: (task: Task) => number): number => now.reduce((total, each) => total + of(each), 0)
          expect(sum((each) => each.memory)).to.be.at.most(memory)
          expect(sum((each) => Math.min(each.processors, processors))).to.be.at.most(processors)
        })
        expect(order.toSorted()).to.deep.equal(all.map((each) => each.name).toSorted())
      }),
      100,
    )
    expect(beside).to.be.above(50)
  })

  it('lets nothing starve: of those that need the same room the longer begins first', async () => {
    await holdAsync(
      fc.asyncProperty(tasks, budget, async (all, limits) => {
        const order = await play(all, limits, () => {})
        for (const one of all)
          for (const other of all)
            if (one.memory <= other.memory && one.processors === other.processors && one.expectedMs > other.expectedMs)
              expect(order.indexOf(one.name), `${one.name} before ${other.name}`).to.be.below(order.indexOf(other.name))
      }),
      100,
    )
  })

  it('splits into shards that have every cell once, whatever the order of the cells', () => {
    const durations = fc.dictionary(name, fc.nat(1000))
    hold(
      fc.property(
        fc.uniqueArray(name, { maxLength: 20 }),
        durations,
        fc.integer({ min: 1, max: 8 }),
        (names, times, of) => {
          const cells = names.map((each) => ({ name: each }))
          const expected = new Map(Object.entries(times))
          const parts = splitCells(cells, of, expected)
          expect(parts).to.have.length(of)
          expect(
            parts
              .flat()
              .map((cell) => cell.name)
              .toSorted(),
          ).to.deep.equal(names.toSorted())
          const sorted = (all: { name: string }[][]): string[][] =>
            all.map((part) => part.map((cell) => cell.name).toSorted())
          expect(sorted(splitCells(cells.toReversed(), of, expected))).to.deep.equal(sorted(parts))
          // No part is longer than another by more than its longest cell.
          const total = (part: { name: string }[]): number =>
            part.reduce((sum, cell) => sum + (expected.get(cell.name) ?? 0), 0)
          const longest = Math.max(0, ...names.map((each) => expected.get(each) ?? 0))
          const totals = parts.map(total)
          expect(Math.max(...totals) - Math.min(...totals)).to.be.at.most(longest)
        },
      ),
      200,
    )
    hold(
      fc.property(fc.nat(20), fc.nat(20), (index, of) => {
        if (index >= 1 && index <= of) expect(parseShard(`${index}/${of}`)).to.deep.equal({ index, of })
        else expect(() => parseShard(`${index}/${of}`)).to.throw('not a valid part')
      }),
      100,
    )
  })

  it('gives every pair its turn before any comes a second time', () => {
    hold(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(40_000),
        (names, wanted, day) => {
          const cells = names.map((each, index) => ({ name: each, ...(index > 0 && { and: {} as never }) }))
          const pairs = names.slice(1)
          const count = Math.min(wanted, pairs.length)
          const nights = count === 0 ? 1 : Math.ceil(pairs.length / count)
          const seen = Array.from({ length: nights }, (_, night) => somePairs(cells, wanted, day + night))
          for (const night of seen) {
            expect(night.filter(({ and }) => and)).to.have.length(count)
            expect(night.filter(({ and }) => !and).map((cell) => cell.name)).to.deep.equal([names[0]])
          }
          expect([...new Set(seen.flat().flatMap((cell) => (cell.and ? cell.name : [])))].toSorted()).to.deep.equal(
            pairs.toSorted(),
          )
        },
      ),
      200,
    )
    expect(seedOf(new Date('1970-01-03T23:59:59Z'))).to.equal(2)
  })

  it('runs each cell exactly once, however often the run is killed and resumed', async () => {
    const reports = mkdtempSync(join(tmpdir(), 'dockfault-resume-'))
    let run = 0
    try {
      await holdAsync(
        fc.asyncProperty(
          fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
          fc.array(fc.nat(3), { maxLength: 4 }),
          async (cells, kills) => {
            const runId = `run-${run++}`
            const ran: string[] = []
            let store = await RunStore.create(reports, {
              runId,
              startedAt: '2025-01-01T00:00:00.000Z',
              command: 'matrix',
              cells,
              retryFailed: 0,
              retryBroken: 0,
            })
            for (const amount of [...kills, cells.length]) {
              const done = await store.done()
              for (const each of store.plan.cells.filter((cell) => !done.has(cell)).slice(0, amount)) {
                ran.push(each)
                await store.save({ name: each } as CellRecord)
              }
              await store.close()
              store = await RunStore.resume(reports, runId)
            }
            expect([...(await store.done()).keys()].toSorted()).to.deep.equal(cells.toSorted())
            expect(ran.toSorted()).to.deep.equal(cells.toSorted())
            await store.close()
          },
        ),
        20,
      )
    } finally {
      rmSync(reports, { recursive: true })
    }
  })
})
