import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { tryLock } from '../../images/lock.ts'
import { sweepEngines } from './engines.ts'

describe('the data of private engines', function () {
  this.timeout(20_000)
  const before = process.env.XDG_CACHE_HOME
  let cache: string
  const data = (number: number): string => join(cache, 'dockfault/engines', String(number), 'data')

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'dockfault-engines-spec-'))
    process.env.XDG_CACHE_HOME = cache
    for (const number of [0, 1]) mkdirSync(join(data(number), 'containers'), { recursive: true })
  })
  afterEach(() => {
    rmSync(cache, { recursive: true })
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
  })
  const there = async (kept: boolean): Promise<boolean[]> => {
    await sweepEngines({ kept })
    return [0, 1].map((number) => existsSync(data(number)))
  }

  it('stays for the next run, and `down` removes copies', async () => {
    expect(await there(false)).to.deep.equal([true, true])
    expect(await there(true)).to.deep.equal([true, false])
  })

  it('goes by `down` where a killed engine left containers in it', async () => {
    mkdirSync(join(data(0), 'containers/0123'))
    expect(await there(false)).to.deep.equal([true, true])
    expect(await there(true)).to.deep.equal([false, false])
  })

  it('stays where an engine runs in it', async () => {
    mkdirSync(join(data(0), 'containers/0123'))
    const locks = [await tryLock(join(data(0), '../lock')), await tryLock(join(data(1), '../lock'))]
    try {
      expect(await there(true)).to.deep.equal([true, true])
    } finally {
      for (const lock of locks) await lock!.release()
    }
  })
})
