import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { sleep, until } from '../lib/retry.ts'
import { cached, find, type Key, sweepBuilds } from './cache.ts'

const key: Key = { image: 'some', kind: 'disk', hash: 'abcdef0123456789' }

describe('the cache of builds', function () {
  this.timeout(20_000)
  let cache: string
  let printed: string[]
  const before = process.env.XDG_CACHE_HOME

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'dockfault-cache-'))
    process.env.XDG_CACHE_HOME = cache
    printed = []
  })
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true })
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
  })

  const options = (more: { fresh?: boolean; signal?: AbortSignal } = {}) => ({
    progress: (line: string) => void printed.push(line),
    signal: new AbortController().signal,
    ...more,
  })
  const images = (): string => join(cache, 'dockfault/images')
  const folders = (): string[] => readdirSync(images()).filter((name) => !name.endsWith('.lock'))
  let builds = 0
  const build = async (dir: string): Promise<void> => {
    writeFileSync(join(dir, 'disk'), `build ${++builds}`)
  }

  it('builds once, and finds it again', async () => {
    expect(await find(key)).to.equal(undefined)
    const dir = await cached(key, options(), build)
    const content = readFileSync(join(dir, 'disk'), 'utf8')
    expect(await cached(key, options(), build)).to.equal(dir)
    expect(readFileSync(join(dir, 'disk'), 'utf8')).to.equal(content)
    expect(await find(key)).to.equal(dir)
    expect(folders()).to.deep.equal(['some-disk-abcdef012345'])
  })

  it('reports how long a cached build took', async () => {
    const saved: [string, number][] = []
    const all = { ...options(), saved: (...each: [string, number]) => void saved.push(each) }
    const slow = async (dir: string): Promise<void> => {
      await sleep(60)
      await build(dir)
    }
    await cached(key, all, slow)
    expect(saved).to.deep.equal([])
    await cached(key, all, slow)
    expect(saved).to.have.length(1)
    expect(saved[0]![0]).to.equal('disk')
    expect(saved[0]![1]).to.be.within(50, 10_000)
  })

  it('builds again what is damaged, and when `fresh` is set', async () => {
    const dir = await cached(key, options(), build)
    const first = readFileSync(join(dir, 'disk'), 'utf8')
    // The length is the same: only the hash differs.
    writeFileSync(join(dir, 'disk'), first.replace('b', 'B'))
    expect(await find(key)).to.equal(undefined)
    await cached(key, options(), build)
    expect(printed.join()).to.contain('damaged')
    const second = readFileSync(join(dir, 'disk'), 'utf8')
    await cached(key, options({ fresh: true }), build)
    expect(readFileSync(join(dir, 'disk'), 'utf8')).to.not.equal(second)
  })

  it('keeps nothing of a build that fails or is interrupted', async () => {
    const failing = cached(key, options(), async (dir) => {
      await build(dir)
      throw new Error('no')
    })
    expect(await failing.catch((error: Error) => error.message)).to.equal('no')
    const abort = new AbortController()
    const aborted = cached(key, options({ signal: abort.signal }), async (dir) => {
      await build(dir)
      abort.abort()
    })
    expect(await aborted.catch((error: Error) => error.name)).to.equal('AbortError')
    expect(folders()).to.deep.equal([])
  })

  it('lets the second of two wait for the first', async () => {
    let running = 0
    let most = 0
    const slow = async (dir: string): Promise<void> => {
      most = Math.max(most, ++running)
      await sleep(300)
      await build(dir)
      running--
    }
    const [a, b] = await Promise.all([cached(key, options(), slow), cached(key, options(), slow)])
    expect([a === b, most]).to.deep.equal([true, 1])
    expect(printed.join()).to.contain('waiting')
  })

  it('sweeps what a killed build left, and no build under way', async () => {
    // A second harness, killed in the middle of a build.
    const script = `
      const { cached } = await import('${fileURLToPath(new URL('cache.ts', import.meta.url))}')
      const { writeFileSync } = await import('node:fs')
      await cached(${JSON.stringify(key)}, { progress() {}, signal: new AbortController().signal }, async (dir) => {
        writeFileSync(dir + '/half', '')
        console.log('building')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout!, 'data')
    expect(await sweepBuilds()).to.deep.equal([])
    expect(folders()).to.deep.equal(['.building-some-disk-abcdef012345'])

    child.kill('SIGKILL')
    await once(child, 'exit')
    // The lock is released when the kernel has closed the files of the dead process.
    const swept = await until('the sweep', async () => ((await sweepBuilds()).length > 0 ? true : undefined), {
      deadlineMs: 10_000,
      everyMs: 50,
    })
    expect(swept).to.equal(true)
    expect(folders()).to.deep.equal([])
  })

  it('removes the leftovers of the same build before it starts', async () => {
    mkdirSync(join(images(), '.building-some-disk-abcdef012345/deep'), { recursive: true })
    await cached(key, options(), async (dir) => {
      expect(existsSync(join(dir, 'deep'))).to.equal(false)
      await build(dir)
    })
  })
})
