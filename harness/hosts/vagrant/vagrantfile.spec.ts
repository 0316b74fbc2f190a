import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { publicImages } from '../../images/public.ts'
import { onPath } from '../../lib/programs.ts'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { parseMachineReadable } from './machine-readable.ts'

const root = new URL('../../../', import.meta.url).pathname

describe('the Vagrantfile', function () {
  this.timeout(60_000)
  let dir: string
  beforeEach(function () {
    if (!onPath('vagrant')) skipped(this, 'vagrant is not installed')
    dir = mkdtempSync(join(tmpdir(), 'dockfault-vagrantfile-'))
  })
  afterEach(() => dir && rmSync(dir, { recursive: true }))

  const vagrant = (...args: string[]) => {
    const env = { VAGRANT_CWD: root, VAGRANT_DOTFILE_PATH: join(dir, 'state'), XDG_CACHE_HOME: dir }
    return execa('vagrant', [...args, '--machine-readable'], { env: { ...env, VAGRANT_CHECKPOINT_DISABLE: '1' } })
  }

  it('has a machine for each host that can be had, and is sound', async () => {
    const messages = parseMachineReadable((await vagrant('status')).stdout)
    const machines = messages.filter(({ type }) => type === 'state').map(({ target }) => target)
    expect(machines.sort()).to.deep.equal(publicImages())
    await vagrant('validate')
  })
})
