import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import type { RunRecord } from '../results/record.ts'
import { sampleRun } from '../results/sample.spec-data.ts'
import report from './report.ts'

describe('npm run report', () => {
  let dir: string
  let printed: string[]
  const { log } = console
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-report-'))
    printed = []
    console.log = (text: string) => void printed.push(text)
  })
  afterEach(() => {
    console.log = log
    rmSync(dir, { recursive: true })
  })

  /** Writes a run into the folder of reports. */
  function written(runId: string, change: (run: RunRecord) => void = () => {}): string {
    const run = { ...sampleRun(), runId }
    change(run)
    mkdirSync(join(dir, runId))
    writeFileSync(join(dir, runId, 'record.json'), JSON.stringify(run))
    return join(dir, runId)
  }
  const refusal = (args: string[]): Promise<unknown> => report(args).catch((error: unknown) => error)

  it('look-alikes takes a run, or all runs of a folder of reports', async () => {
    const one = written('one')
    written('two', ({ cells }) => {
      Object.assign(cells[0]!, { name: 'debian12-other', scenario: 'other' })
      for (const diagnosis of cells[0]!.diagnoses) diagnosis.expected = diagnosis.expected.map(() => 'other')
    })
    // The latent host of either cause passes every probe, and no bundle is there to separate them from a healthy one.
    expect(await report(['look-alikes', dir])).to.equal(1)
    expect(printed.join()).to.contain('nothing recorded separates other (broken) from stale-kernel (broken)')
    await report(['look-alikes', '--json', one])
    const groups = JSON.parse(printed.at(-1)!) as { causes: Record<string, string[]> }[]
    expect(groups.map(({ causes }) => Object.keys(causes).sort())).to.deep.equal([['healthy', 'stale-kernel']])
  })

  it('sweep prints what sweeps found, and nothing of other runs', async () => {
    written('plain')
    expect(await refusal(['sweep', dir]))
      .to.be.instanceOf(LabError)
      .with.property('code', 'no-match')
    written('swept', ({ cells }) => void Object.assign(cells[0]!, { varied: { proxy: 'on' } }))
    expect(await report(['sweep', dir])).to.equal(0)
    expect(printed.join()).to.contain('1 of 1 combination ran')
    await report(['sweep', '--json', dir])
    expect(JSON.parse(printed.at(-1)!)).to.have.length(1)
  })

  it('bisect prints what bisections found, which are no sweeps', async () => {
    const bisect = { scenario: 'x', axis: 'engine', versions: ['20.10.5', '26.1.5'], most: 2 }
    written('bisected', (run) => {
      run.bisect = bisect
      run.cells[0]!.varied = { engine: '26.1.5' }
    })
    expect(await report(['bisect', dir])).to.equal(0)
    expect(printed.join()).to.contain('Docker 20.10.5 to 26.1.5: 1 of 2 versions observed')
    await report(['bisect', '--json', dir])
    expect(JSON.parse(printed.at(-1)!)).to.have.length(1)
    expect(await refusal(['sweep', dir])).to.have.property('code', 'no-match')
    expect(await refusal(['bisect', written('plain')])).to.have.property('code', 'no-match')
  })

  it('refuses --json where nothing is printed as JSON', async () => {
    for (const args of [['advice', '--json'], ['--json']])
      expect(await refusal(args)).to.have.property('message', '--json needs look-alikes, sweep or bisect')
  })
})
