import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pastRun, readHistory, remember } from './history.ts'
import type { RunRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleMatrix } from './sample-variants.spec-data.ts'

describe('the history of runs', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-history-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const run = (runId: string, day: number, more: Partial<RunRecord> = {}): RunRecord => ({
    ...sampleRun(),
    runId,
    startedAt: `2026-01-0${day}T00:00:00.000Z`,
    ...more,
  })
  const ids = (): string[] => readHistory(dir).map(({ runId }) => runId)
  const lines = (): string[] => readFileSync(join(dir, 'history.jsonl'), 'utf8').trimEnd().split('\n')

  it('is a line for each run: its verdict, and verdict and duration of each cell', () => {
    remember({ ...sampleMatrix(), runId: 'one' }, dir)
    const [first] = readHistory(dir)
    expect(lines()).to.have.length(1)
    expect(first).to.deep.equal(pastRun({ ...sampleMatrix(), runId: 'one' }))
    expect(first!.cells['debian13-stale-kernel']).to.deep.equal({ verdict: 'failed', durationMs: 489_400 })
  })

  it('is merged by run id: a run that was resumed counts once, as it ended', () => {
    remember(run('one', 1, { verdict: 'broken' }), dir)
    remember(run('two', 2), dir)
    remember(run('one', 1), dir)
    expect(lines()).to.have.length(3)
    expect(readHistory(dir).map(({ runId, verdict }) => `${runId} ${verdict}`)).to.deep.equal([
      'one passed',
      'two passed',
    ])
  })

  it('begins with the runs of which there are records', () => {
    for (const [id, day] of [
      ['b', 2],
      ['a', 1],
    ] as const) {
      mkdirSync(join(dir, id))
      writeFileSync(join(dir, id, 'record.json'), JSON.stringify(run(id, day)))
    }
    mkdirSync(join(dir, 'killed'))
    expect(ids()).to.deep.equal(['a', 'b'])
    remember(run('c', 3), dir)
    expect(lines()).to.have.length(3)
    expect(ids()).to.deep.equal(['a', 'b', 'c'])
  })

  it('leaves out shards, and runs that ended early on request', () => {
    remember(run('shard', 1, { shard: { index: 1, of: 2, cells: [] } }), dir)
    remember(run('part', 1, { command: 'npm run scenario x -- --until broken' }), dir)
    remember(run('shell', 1, { command: 'npm run shell x -- --at broken' }), dir)
    expect(ids()).to.deep.equal([])
  })

  it('knows nothing of a cell that was cut short with its run', () => {
    const cells = sampleMatrix().cells.slice(0, 2)
    Object.assign(cells[1]!, { verdict: 'broken', reason: 'interrupted' })
    remember(run('one', 1, { cells }), dir)
    expect(Object.keys(readHistory(dir)[0]!.cells)).to.deep.equal(['debian12-healthy'])
  })

  it('loses no more than the line that a dying process left open', () => {
    remember(run('one', 1), dir)
    appendFileSync(join(dir, 'history.jsonl'), '{"runId": "two", "cel')
    remember(run('three', 3), dir)
    expect(ids()).to.deep.equal(['one', 'three'])
  })
})
