import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { collectorVersion } from '../evidence/collector-version.ts'
import { LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { harnessDir, readRecordings } from './map.ts'
import { prune } from './prune.ts'
import { isStale } from './stale.ts'

const recorded = readdirSync(harnessDir, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .map((path) => path.replace(/\.bundle$/, ''))
  .sort()
const recordings = readRecordings()

describe('the map of recorded bundles', () => {
  it('has every bundle, and nothing else', () => {
    expect(recorded.length).to.be.at.least(102)
    expect(recordings.map(({ path }) => path).sort()).to.deep.equal(recorded)
  })

  it('names cells and stages that there are', () => {
    const cells = allCells()
    for (const each of recordings) {
      const cell = findCell(cells, each.cell)
      if ('stage' in each) prune(cell, [each.stage])
      else expect(cell.fault, `${each.path}: a script changes a healthy host`).to.equal(undefined)
    }
  })

  it('has the packets that were followed', () => {
    const followed = recordings.filter((each) => 'packets' in each).map(({ path }) => `${path}.packets`)
    const there = readdirSync(harnessDir, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.packets$/.test(path),
    )
    expect(followed.sort()).to.deep.equal(there.sort())
    expect(followed).to.have.length.of.at.least(15)
  })

  it('leads to no bundle that is older than the collector', () => {
    const version = collectorVersion()
    expect(recordings.filter((each) => isStale(each, harnessDir, version)).map(({ path }) => path)).to.deep.equal([])
  })
})

describe('a map of recordings', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-recordings-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const read = (text: string) => {
    writeFileSync(join(dir, 'map.yaml'), text)
    return readRecordings(join(dir, 'map.yaml'))
  }

  it('gives stages and scripts', () =>
    expect(
      read('a/b: { cell: x, stage: broken }\nc: { cell: y, script: "true", packets: "p@192.0.2.1" }'),
    ).to.deep.equal([
      { path: 'a/b', cell: 'x', stage: 'broken' },
      { path: 'c', cell: 'y', script: 'true', packets: 'p@192.0.2.1' },
    ]))

  it('reads a script from its file, and misses one that is not there', () => {
    const [first] = read('c: { cell: y, file: outside/outside.sh }')
    expect(first)
      .to.have.property('script')
      .that.matches(/^#!\/bin\/sh/)
    expect(() => read('c: { cell: y, file: outside/none.sh }')).to.throw(LabError, /no script outside\/none\.sh/)
  })

  for (const wrong of [
    'a: { cell: x }',
    'a: { stage: broken }',
    'a: { cell: x, stage: broken, script: "true" }',
    '- a',
  ])
    it(`is not “${wrong}”`, () => expect(() => read(wrong)).to.throw(LabError, /map\.yaml/))

  it('knows a stale bundle by its first line', () => {
    mkdirSync(join(dir, 'a'))
    const stale = (text: string): boolean => {
      writeFileSync(join(dir, 'a/b.bundle'), text)
      return isStale({ path: 'a/b' }, dir, 'abc')
    }
    expect(isStale({ path: 'a/none' }, dir, 'abc')).to.equal(true)
    expect(stale('dockfault-evidence 1\n')).to.equal(true)
    expect(stale('dockfault-evidence 2 abd\n')).to.equal(true)
    expect(stale('dockfault-evidence 2 abc\n--- begin system\n')).to.equal(false)
  })
})

describe('a cell for its recordings', () => {
  const cell = findCell(allCells(), 'debian12-rules-flushed')

  it('keeps the fixes and rungs that are wanted, and runs no further than the last of them', () => {
    const pruned = prune(cell, ['latent', 'fix:partof-drop-in+reinject', 'fix:restart-docker'])
    expect(pruned.cell.fixes.map(({ use, ladder }) => [use, Object.keys(ladder)])).to.deep.equal([
      ['restart-docker', []],
      ['partof-drop-in', ['reinject']],
    ])
    expect(pruned.until).to.equal('fix:partof-drop-in')
    expect(prune(cell, ['healthy', 'latent']).until).to.equal('latent')
  })

  it('expects what its probes should see, and of the diagnosis nothing', () => {
    const { broken, healthy } = prune(cell, ['fix:restart-docker']).cell
    expect(cell.broken!.diagnosis).to.not.be.empty
    expect(broken!.diagnosis).to.deep.equal([])
    expect(broken!.probes).to.deep.equal(cell.broken!.probes)
    expect(healthy.probes).to.deep.equal(cell.healthy.probes)
  })

  it('runs no probes that change the host, unless a fix has to be classed', () => {
    const { probes, cell: pruned } = prune(cell, ['broken'])
    const changing = (each: Record<string, unknown>) => Object.keys(each).filter((name) => name.startsWith('new-'))
    expect(changing(cell.broken!.probes)).to.not.be.empty
    expect(changing(pruned.broken!.probes)).to.be.empty
    expect(Object.keys(pruned.broken!.probes)).to.include('egress-tcp')
    expect(probes.filter(({ changes }) => changes)).to.be.empty
    expect(prune(cell, ['fix:restart-docker']).probes.some(({ changes }) => changes)).to.equal(true)
  })

  for (const stage of ['brokn', 'fix:pray', 'fix:restart-docker+again', 'healthy+reboot'])
    it(`has no stage ${stage}`, () => expect(() => prune(cell, [stage])).to.throw(LabError, /has no stage/))
})
