import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { until, within } from '../lib/retry.ts'
import { tryLock } from './lock.ts'

describe('a lock', function () {
  this.timeout(30_000)
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-lock-spec-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('is held by one at a time', async () => {
    const file = join(dir, 'lock')
    const lock = await tryLock(file)
    expect(await tryLock(file)).to.equal(undefined)
    await lock!.release()
    await (await tryLock(file))!.release()
  })

  it('keeps no process from its end, and ends with it', async () => {
    const file = join(dir, 'lock')
    const script = `import { tryLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
if (!(await tryLock(${JSON.stringify(file)}))) process.exit(1)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'inherit',
    })
    const ended = once(child, 'exit')
    if (!(await within(15_000, ended))) child.kill('SIGKILL')
    expect(await ended).to.deep.equal([0, null])
    const lock = await until('the lock', () => tryLock(file), { deadlineMs: 5000 })
    await lock.release()
  })
})
