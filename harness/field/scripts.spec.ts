import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { readScripts } from './scripts.ts'

describe('the scripts of a folder', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-scripts-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const write = (path: string, text = 'true\n'): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const error = (only: string[] = [], from = dir): LabError => {
    try {
      readScripts(from, only)
    } catch (thrown) {
      if (thrown instanceof LabError) return thrown
      throw thrown
    }
    throw new Error('it threw nothing')
  }

  it('are those of sick and well, by name, and nothing else', () => {
    write('sick/b.sh', 'echo b\n')
    write('sick/a.sh')
    write('well/c.sh')
    write('sick/notes.md')
    write('other/d.sh')
    expect(readScripts(dir).map(({ name, wanted }) => `${wanted} ${name}`)).to.deep.equal([
      'sick a',
      'sick b',
      'well c',
    ])
    expect(readScripts(dir, ['b'])).to.deep.equal([{ name: 'b', wanted: 'sick', text: 'echo b\n' }])
  })

  it('need only one of the two folders', () => {
    write('well/c.sh')
    expect(readScripts(dir)).to.have.length(1)
  })

  it('are missed where there are none, or no such folder or name', () => {
    expect(error().message).to.match(/has no scripts$/)
    expect(error([], join(dir, 'nowhere')).message).to.match(/nowhere: no such folder$/)
    write('sick/resolver-dead.sh')
    expect(error(['resolver']).message).to.equal('--only resolver: no such script')
    expect(error(['resolver']).hint).to.contain('resolver-dead')
    for (const each of [error(['x']), error([], join(dir, 'nowhere'))]) expect(each.exitCode).to.equal(64)
  })

  it('have one name each', () => {
    write('sick/a.sh')
    write('well/a.sh')
    expect(error().message).to.match(/two scripts called a$/)
  })
})
