import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleFailed } from '../results/sample-variants.spec-data.ts'
import { writeReports } from './write.ts'

describe('writeReports', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dockfault-reports-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('writes every report and points latest at them', async () => {
    const page = await writeReports(sampleRun(), join(root, 'one'))
    expect(page).to.equal(join(root, 'one', 'index.html'))
    expect(readdirSync(join(root, 'one')).sort()).to.deep.equal(['index.html', 'junit.xml', 'record.json'])
    expect(JSON.parse(readFileSync(join(root, 'latest', 'record.json'), 'utf8'))).to.deep.equal(sampleRun())
    // The link is relative, so that the folder may be moved.
    expect(readlinkSync(join(root, 'latest'))).to.equal('one')
  })

  it('moves latest on, and leaves nothing temporary behind', async () => {
    await writeReports(sampleRun(), join(root, 'one'))
    await writeReports(sampleFailed(), join(root, 'two'))
    expect(readlinkSync(join(root, 'latest'))).to.equal('two')
    expect(readdirSync(root).sort()).to.deep.equal(['latest', 'one', 'two'])
  })

  it('never shows a reader a half: latest and its record are whole at every moment', async () => {
    await writeReports(sampleRun(), join(root, 'one'))
    let writing = true
    const reader = (async () => {
      let reads = 0
      while (writing) {
        await readlink(join(root, 'latest'))
        JSON.parse(await readFile(join(root, 'latest', 'record.json'), 'utf8'))
        reads += 1
      }
      return reads
    })()
    for (let i = 0; i < 12; i++)
      await writeReports(i % 2 ? sampleRun() : sampleFailed(), join(root, i % 3 ? 'one' : 'two'))
    writing = false
    expect(await reader).to.be.above(0)
  })

  it('keeps the old page when a new one cannot be made', async () => {
    const page = await writeReports(sampleRun(), join(root, 'one'))
    const before = readFileSync(page, 'utf8')
    const bad = { ...sampleRun(), cells: [{ name: 'no cell' }] } as unknown as ReturnType<typeof sampleRun>
    const error = await writeReports(bad, join(root, 'one')).catch((thrown: unknown) => thrown)
    expect(error).to.be.an('error')
    expect(readFileSync(page, 'utf8')).to.equal(before)
    expect(readdirSync(join(root, 'one')).filter((name) => name.endsWith('.tmp'))).to.deep.equal([])
  })
})
