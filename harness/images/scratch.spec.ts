import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { dropScratch, makeScratch, scratchOf } from './scratch.ts'

describe('the scratch folder of a build', () => {
  const left = (): string[] => readdirSync('/var/tmp').filter((name) => name.startsWith('dockfault-'))

  it('is recorded before it is there, so that none is unknown', async () => {
    const before = left()
    const error = await makeScratch('/nonexistent').catch((thrown) => thrown)
    expect(error).to.have.property('code', 'ENOENT')
    expect(left().filter((name) => !before.includes(name))).to.deep.equal([])
  })

  it('goes with its build', async () => {
    const work = mkdtempSync(join(tmpdir(), 'dockfault-scratch-spec-'))
    await makeScratch(work)
    const name = scratchOf(work).slice('/var/tmp/'.length)
    expect(left()).to.include(name)
    await dropScratch(work)
    expect(left()).to.not.include(name)
    rmSync(work, { recursive: true })
  })
})
