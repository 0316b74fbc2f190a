import { expect } from 'chai'
import { runPool, type Task } from './pool.ts'
import { defaultJobs, roomOf } from './room.ts'

/**
 * A clock that goes on only when nothing else can happen, so those who sleep wake in the order of their times, however
 * slow the machine is.
 */
class Clock {
  #now = 0
  readonly #sleepers: { at: number; wake: () => void }[] = []

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + ms, wake })
      if (this.#sleepers.length === 1) this.#goOn()
    })
  }

  /** Wakes the next sleeper once all promises that can go on have done so. */
  #goOn(): void {
    setImmediate(() => {
      this.#sleepers.sort((a, b) => a.at - b.at)
      const { at, wake } = this.#sleepers.shift()!
      this.#now = at
      wake()
      if (this.#sleepers.length > 0) this.#goOn()
    })
  }
}

describe('the pool', () => {
  const signal = new AbortController().signal
  const open = { jobs: 2, memory: 1000, processors: 2, memoryLeft: () => 1000, signal }
  const task = (name: string, expectedMs: number, memory = 100, processors = 0): Task => ({
    name,
    expectedMs,
    memory,
    processors,
  })

  /** Runs tasks on a clock of their own. Gives the order in which they began, and the most that ran at once. */
  async function play(tasks: Task[], options: Partial<typeof open> = {}, each = async (_: Task) => {}) {
    const began: string[] = []
    const now = new Set<Task>()
    const clock = new Clock()
    let [most, heaviest] = [0, 0]
    await runPool(tasks, { ...open, ...options }, async (next) => {
      began.push(next.name)
      now.add(next)
      most = Math.max(most, now.size)
      heaviest = Math.max(
        heaviest,
        [...now].reduce((sum, { memory }) => sum + memory, 0),
      )
      await clock.sleep(next.expectedMs)
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
    const clock = new Clock()
    const error = await runPool([task('a', 30), task('b', 20), task('c', 10)], open, async ({ name }) => {
      began.push(name)
      await clock.sleep(name === 'a' ? 1 : 2)
      if (name === 'a') throw new Error('of the harness')
    }).catch((thrown: unknown) => thrown)
    expect(error).to.be.an('error').with.property('message', 'of the harness')
    expect(began).to.deep.equal(['a', 'b'])
  })
})
