import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { transformSync } from 'esbuild'
import { allCells } from '../registry.ts'
import { stagesOf } from '../run.ts'
import { type Change, changed, hashOf, readSabotages } from './sabotage.ts'
import { root } from './sandbox.ts'
import { documentFile, isCaught, readSeen, renderDocument } from './table.ts'

const sabotages = readSabotages()

describe('the sabotages of the lab', () => {
  it('are at least 40', () => expect(sabotages).to.have.length.at.least(40))

  it('fit the code, and leave it code', () => {
    let fitted = 0
    for (const { what, changes } of sabotages) {
      const texts = new Map<string, string>()
      for (const change of changes) {
        const before = texts.get(change.file) ?? readFileSync(join(root, change.file), 'utf8')
        texts.set(change.file, changed(before, change))
        fitted += 1
      }
      for (const [file, text] of texts) {
        expect(text, what).to.not.equal(readFileSync(join(root, file), 'utf8'))
        if (file.endsWith('.ts'))
          expect(() => transformSync(text, { loader: 'ts', format: 'esm' }), what).to.not.throw()
      }
    }
    expect(fitted).to.be.at.least(sabotages.length)
  })

  it('run cells that exist, and are caught at a stage that the cell has', () => {
    const cells = new Map(allCells().map((cell) => [cell.name, cell]))
    for (const { what, cell: names, caught, until } of sabotages)
      for (const name of names.split(' ')) {
        const cell = cells.get(name)
        expect(cell, `${what}: ${name}`).to.not.equal(undefined)
        for (const stage of [caught, until ?? 'healthy'])
          expect([...stagesOf(cell!), 'run', 'machine'], what).to.include(stage)
      }
  })

  it('were each caught where they should be, by the complaint that is due', () => {
    const seen = readSeen()
    const not = sabotages.filter((each) => !isCaught(each, seen.get(hashOf(each)))).map(({ what }) => what)
    expect(not, 'npm run test:sabotage -- --missing --write').to.deep.equal([])
    expect(seen.size).to.equal(sabotages.length)
  })

  it('stand in the table', () =>
    expect(readFileSync(documentFile, 'utf8'), 'npm run test:sabotage -- --write').to.equal(
      renderDocument(sabotages, readSeen()),
    ))
})

describe('a sabotage', () => {
  const sabotage = { ...sabotages[0]!, caught: 'healthy', by: 'probe a' }
  const seen = { stage: 'healthy', verdict: 'failed', words: 'probe a: expected pass' }
  it('is caught at its stage alone, and by its complaint alone', () => {
    expect(isCaught(sabotage, seen)).to.equal(true)
    for (const other of [
      undefined,
      { ...seen, stage: 'latent' },
      { ...seen, words: 'b' },
      { ...seen, verdict: 'passed' },
    ])
      expect(isCaught(sabotage, other)).to.equal(false)
  })
  it('is measured again when it changes', () => {
    expect(hashOf(sabotage)).to.equal(hashOf({ ...sabotage }))
    for (const change of [{ cell: 'other' }, { by: 'other' }, { changes: [] }])
      expect(hashOf({ ...sabotage, ...change })).to.not.equal(hashOf(sabotage))
  })
})

describe('a change of the code', () => {
  const change: Change = { file: 'a.ts', from: 'one', to: 'two' }
  it('replaces its text', () => {
    expect(changed('one more', change)).to.equal('two more')
    expect(changed('one', { ...change, to: "$& $'" })).to.equal("$& $'")
  })
  it('is refused where the text is missing, or there twice', () => {
    for (const text of ['zero', 'one and one']) expect(() => changed(text, change)).to.throw(/times, not once/)
  })
})
