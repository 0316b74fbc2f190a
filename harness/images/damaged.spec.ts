import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type BuildOptions, cached, find, type Key } from './cache.ts'
import { hashFile, isWhole } from './manifest.ts'
import { onceEach } from './once.ts'

/** Numbers from 0 up to a limit, the same for each seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

// As a disk's folder: large files with holes, small ones, and an empty one.
const names = ['disk.qcow2', 'memory', 'state', 'vmlinuz', 'machine', 'empty'] as const

describe('a damaged image', function () {
  this.timeout(60_000)
  let cache: string
  let builds = 0
  const home = process.env.XDG_CACHE_HOME
  const printed: string[] = []
  const options: BuildOptions = { progress: (line) => void printed.push(line), signal: new AbortController().signal }
  const keyOf = (hash: string): Key => ({ image: 'some', kind: 'disk', hash: hash.padEnd(12, '0') })

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'dockfault-damaged-'))
    process.env.XDG_CACHE_HOME = cache
    builds = 0
    printed.length = 0
  })
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true })
    if (home === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = home
  })

  const build = async (dir: string): Promise<void> => {
    builds++
    const random = numbers(5)
    for (const [index, name] of names.entries()) {
      const bytes = Buffer.alloc(name === 'empty' ? 0 : [300_000, 200_000, 20_000, 70_000, 64][index]!)
      // The rest is zeros, as most of a machine's memory.
      for (let at = 0; at < bytes.length / 3; at++) bytes[at] = random(256)
      writeFileSync(join(dir, name), bytes)
    }
  }

  /** Damages one file of a build: a flipped bit, or a cut at any byte. Gives what was done. */
  function damage(dir: string, seed: number): string {
    const random = numbers(seed)
    for (let skip = 0; skip < 8; skip++) random(2)
    const name = names[random(names.length - 1)]!
    const file = join(dir, name)
    const bytes = readFileSync(file)
    const at = random(bytes.length)
    if (random(2) === 0) {
      truncateSync(file, at)
      return `${name} cut at ${at}`
    }
    const bit = random(8)
    bytes[at] = bytes[at]! ^ (1 << bit)
    writeFileSync(file, bytes)
    return `bit ${bit} of byte ${at} of ${name} flipped`
  }

  it('is found by each of 100 seeds, before anything gets it, and is built again', async () => {
    const done = new Set<string>()
    const key = keyOf('a')
    const dir = await cached(key, options, build)
    const whole = new Map(names.map((name) => [name, readFileSync(join(dir, name))]))
    for (let seed = 1; seed <= 100; seed++) {
      const what = damage(dir, seed)
      done.add(what.replace(/ at .*|.* of /, ''))
      expect(await isWhole(dir), `seed ${seed}: ${what}`).to.equal(false)
      expect(await find(key), `seed ${seed}: ${what}`).to.equal(undefined)
      if (seed % 10 === 0) {
        expect(await cached(key, options, build), `seed ${seed}: ${what}`).to.equal(dir)
        for (const [name, bytes] of whole) expect(readFileSync(join(dir, name)).equals(bytes), name).to.equal(true)
      } else for (const [name, bytes] of whole) writeFileSync(join(dir, name), bytes)
      expect(await find(key), `after seed ${seed}`).to.equal(dir)
    }
    expect(builds).to.equal(11)
    expect(printed.filter((line) => line.includes('is damaged: building it again'))).to.have.length(10)
    // Of each file, and in both ways.
    expect([...done].filter((each) => each.endsWith(' cut'))).to.have.length(5)
    expect([...done].filter((each) => each.endsWith(' flipped'))).to.have.length(5)
  })

  it('is found by another process too, where the time of the file was put back', async () => {
    const dir = await cached(keyOf('b'), options, build)
    const file = join(dir, 'memory')
    const bytes = readFileSync(file)
    bytes[199_999] = 1
    writeFileSync(file, bytes)
    utimesSync(file, new Date(1e12), new Date(1e12))
    // What a process has verified, it verifies again where a file was written.
    expect(await isWhole(dir)).to.equal(false)
  })

  it('is one that lacks a file, or whose manifest is damaged', async () => {
    const dir = await cached(keyOf('c'), options, build)
    const manifest = readFileSync(join(dir, 'manifest.json'), 'utf8')
    const random = numbers(3)
    let refused = 0
    let harmless = 0
    for (let round = 0; round < 100; round++) {
      const bytes = Buffer.from(manifest)
      const at = random(bytes.length)
      bytes[at] = bytes[at]! ^ (1 << random(7))
      const changed = random(4) === 0 ? bytes.subarray(0, at) : bytes
      writeFileSync(join(dir, 'manifest.json'), changed)
      if (!(await isWhole(dir))) refused++
      else {
        // Then nothing in it has another value: a blank, or the word before its own hash.
        const { sum: _, ...rest } = JSON.parse(manifest)
        expect(JSON.parse(changed.toString())).to.deep.include(rest)
        harmless++
      }
    }
    expect(refused).to.be.above(80)
    expect(refused + harmless).to.equal(100)
    writeFileSync(join(dir, 'manifest.json'), manifest)
    expect(await isWhole(dir)).to.equal(true)
    unlinkSync(join(dir, 'empty'))
    expect(await isWhole(dir)).to.equal(false)
  })

  it('is found by an older manifest too, and in a block of zeros', async () => {
    const dir = await cached(keyOf('f'), options, async (dir) => {
      writeFileSync(join(dir, 'memory'), 'x')
      truncateSync(join(dir, 'memory'), 12 * 2 ** 20 + 5)
    })
    const flip = (at: number): void => {
      const bytes = readFileSync(join(dir, 'memory'))
      bytes[at] = bytes[at]! ^ 1
      writeFileSync(join(dir, 'memory'), bytes)
    }
    const text = readFileSync(join(dir, 'manifest.json'), 'utf8')
    const sha256 = await hashFile(join(dir, 'memory'))
    const older = text.replace(/"blocks": ".*"/, `"sha256": "${sha256}"`).replace(/,\s*"sum": ".*"/, '')
    expect(older).to.include(sha256)
    for (const manifest of [text, older]) {
      writeFileSync(join(dir, 'manifest.json'), manifest)
      expect(await isWhole(dir)).to.equal(true)
      for (const at of [0, 1, 4 * 2 ** 20, 12 * 2 ** 20 - 1, 12 * 2 ** 20 + 4]) {
        flip(at)
        expect(await isWhole(dir), `byte ${at}`).to.equal(false)
        flip(at)
      }
      expect(await isWhole(dir)).to.equal(true)
    }
  })

  it('is found between two hosts of one process', async () => {
    const once = onceEach<string>('disk', (dir) => dir)
    const make = (): Promise<string> => cached(keyOf('d'), options, build)
    const [first, second] = await Promise.all([once('some', options, make), once('some', options, make)])
    expect([first === second, builds]).to.deep.equal([true, 1])
    expect(await once('some', options, make)).to.equal(first)
    expect(builds).to.equal(1)
    appendFileSync(join(first, 'state'), 'x')
    expect(await once('some', options, make)).to.equal(first)
    expect(builds).to.equal(2)
  })

  it('costs one reading for all that want it at once', async () => {
    const dir = await cached(keyOf('e'), options, async (dir) =>
      writeFileSync(join(dir, 'disk'), Buffer.alloc(64 * 2 ** 20)),
    )
    const cpu = async (work: () => Promise<boolean[]>): Promise<number> => {
      const from = process.cpuUsage()
      expect(await work()).to.not.include(false)
      const { user, system } = process.cpuUsage(from)
      return (user + system) / 1000
    }
    const one = await cpu(async () => [await isWhole(dir)])
    utimesSync(join(dir, 'disk'), new Date(), new Date())
    const ten = await cpu(() => Promise.all(Array.from({ length: 10 }, () => isWhole(dir))))
    const known = await cpu(async () => [await isWhole(dir)])
    expect(ten).to.be.below(4 * one)
    expect(known).to.be.below(one / 4)
  })
})
