import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { sleep } from '../lib/retry.ts'
import type { PastRun } from '../results/history.ts'
import type { Cell } from '../scenario/cell.ts'
import { lastFailed, namedCell, repeated } from './choose-cells.ts'
import { expectDurations } from './expect.ts'
import { runPool, type Task } from './pool.ts'
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

describe('the pool', () => {
  const signal = new AbortController().signal
  const open = { jobs: 2, memory: 1000, processors: 2, memoryLeft: () => 1000, signal }
  const task = (name: string, expectedMs: number, memory = 100, processors = 0): Task => ({
    name,
    expectedMs,
    memory,
    processors,
  })

  /** Runs tasks that take a few ms each. Gives the order in which they began, and the most that ran at once. */
  async function play(tasks: Task[], options: Partial<typeof open> = {}, each = async (_: Task) => {}) {
    const began: string[] = []
    const now = new Set<Task>()
    let [most, heaviest] = [0, 0]
    await runPool(tasks, { ...open, ...options }, async (next) => {
      began.push(next.name)
      now.add(next)
      most = Math.max(most, now.size)
      heaviest = Math.max(
        heaviest,
        [...now].reduce((sum, { memory }) => sum + memory, 0),
      )
      await sleep(next.expectedMs / 10)
      await each(next)
      now.delete(next)
    })
    return { began, most, heaviest }
  }

  it('runs each once, the longest first, no more at once than `jobs`', async () => {
    const tasks = [task('short', 10), task('long', 90), task('middle', 50), task('tiny', 5)]
    expect(await play(tasks)).to.deep.include({ began: ['long', 'middle', 'short', 'tiny'], most: 2 })
    expect((await play(tasks, { jobs: 9 })).most).to.equal(4)
    expect((await play([], {})).began).to.deep.equal([])
  })

  it('never reserves more memory than there is, and lets small ones past a large one that has to wait', async () => {
    const tasks = [task('vm', 90, 700), task('vm2', 80, 700), task('box', 20, 300), task('box2', 10, 300)]
    const { began, heaviest, most } = await play(tasks, { jobs: 4 })
    expect(began).to.deep.equal(['vm', 'box', 'box2', 'vm2'])
    expect({ heaviest, most }).to.deep.equal({ heaviest: 1000, most: 2 })
  })

  it('runs alone what is larger than the memory, rather than never', async () => {
    expect(await play([task('huge', 10, 5000), task('huge2', 10, 5000)])).to.deep.include({ most: 1 })
  })

  it('keeps no more processors busy than there are, and lets others work beside those that wait', async () => {
    const tasks = [task('vm', 90, 100, 2), task('vm2', 80, 100, 2), task('box', 20), task('box2', 10)]
    const { began, most } = await play(tasks, { jobs: 4 })
    expect({ began, most }).to.deep.equal({ began: ['vm', 'box', 'box2', 'vm2'], most: 3 })
    expect((await play(tasks, { jobs: 4, processors: 4 })).most).to.equal(4)
  })

  it('gives a task that wants more processors than there are all of them, beside one that wants none', async () => {
    const tasks = [task('box', 90), task('vm', 80, 100, 2), task('vm2', 70, 100, 2)]
    const { began, most } = await play(tasks, { jobs: 4, processors: 1 })
    expect({ began, most }).to.deep.equal({ began: ['box', 'vm', 'vm2'], most: 2 })
  })

  it('does not let small ones follow each other past a longer one that needs the room of several', async () => {
    const small = (name: string, expectedMs: number): Task => task(name, expectedMs, 100, 0.5)
    const long = [small('a', 90), small('b', 85), small('c', 80), small('d', 75)]
    const tasks = [...long, task('vm', 60, 100, 1.5), small('e', 40), small('f', 30)]
    const { began } = await play(tasks, { jobs: 4 })
    expect(began).to.deep.equal(['a', 'b', 'c', 'd', 'vm', 'e', 'f'])
  })

  it('has, on two processors, two emulated VMs, or one and two container hosts, or four of those', async () => {
    const [box, vm] = [roomOf('container', 'none'), roomOf('qemu', 'tcg')]
    const jobs = defaultJobs(box.memory, 2, 16_000)
    const most = async (...rooms: (typeof vm)[]): Promise<number> => {
      const tasks = rooms.map((room, index) => ({ ...task(`${index}`, 90), ...room }))
      return (await play(tasks, { jobs, memory: 16_000, memoryLeft: () => 16_000 })).most
    }
    expect([await most(vm, vm, vm), await most(vm, box, box, box), await most(box, box, box, box, box)]).to.deep.equal([
      2, 3, 4,
    ])
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

  it('waits where another process has taken the memory meanwhile', async () => {
    const { most, began } = await play([task('a', 30), task('b', 20)], { memoryLeft: () => 50 })
    expect({ most, began }).to.deep.equal({ most: 1, began: ['a', 'b'] })
  })

  it('starts nothing after an abort, nor after an error, and lets what runs end', async () => {
    const abort = new AbortController()
    const ended: string[] = []
    await play([task('a', 30), task('b', 20), task('c', 10)], { signal: abort.signal }, async ({ name }) => {
      abort.abort()
      ended.push(name)
    })
    expect(ended.sort()).to.deep.equal(['a', 'b'])
    const began: string[] = []
    const error = await runPool([task('a', 30), task('b', 20), task('c', 10)], open, async ({ name }) => {
      began.push(name)
      await sleep(1)
      if (name === 'a') throw new Error('of the harness')
    }).catch((thrown: unknown) => thrown)
    expect(error).to.be.an('error').with.property('message', 'of the harness')
    expect(began).to.deep.equal(['a', 'b'])
  })
})

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

  it('reads whole numbers only', () => {
    expect(wholeNumber('--jobs', '4', 1)).to.equal(4)
    for (const wrong of ['0', '1.5', '-1', 'x', '', '1e3'])
      expect(() => wholeNumber('--jobs', wrong, 1), wrong).to.throw(LabError, 'not a whole number')
  })
})
