import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ownFolder, sweepFolders } from './own-folder.ts'
import { startOf } from './process.ts'

describe('temporary folders', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-own-spec-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))
  const make = (name: string): string => {
    mkdirSync(join(dir, name, 'inside'), { recursive: true })
    return join(dir, name)
  }

  it('have the name of their process', () => {
    const folder = ownFolder()
    expect(folder).to.match(new RegExp(`^/tmp/dockfault-${process.pid}-${startOf(process.pid)}-.{6}$`))
    rmSync(folder, { recursive: true })
  })

  it('go with a process that is dead, also where a later one has its pid', () => {
    const alive = make(`dockfault-${process.pid}-${startOf(process.pid)}-aaaaaa`)
    const later = make(`dockfault-${process.pid}-${Number(startOf(process.pid)) - 1}-bbbbbb`)
    const dead = make('dockfault-4194999-1-cccccc')
    expect(sweepFolders([], [dir]).sort()).to.deep.equal([later, dead].sort())
    expect([alive, later, dead].map(existsSync)).to.deep.equal([true, false, false])
  })

  it('stay where a record of a kept host has them, or where they are of others', () => {
    const kept = make('dockfault-4194999-1-dddddd')
    make('dockfault-report-eeeeee')
    make('another-4194999-1-ffffff')
    expect(sweepFolders([kept], [dir])).to.deep.equal([])
    expect(sweepFolders([], [dir])).to.deep.equal([kept])
  })
})
