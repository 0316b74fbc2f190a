import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { until } from './lib/retry.ts'
import { answersOf } from './results/compare.ts'
import type { CellRecord, RunRecord } from './results/record.ts'
import { reportsDir } from './session.ts'

// `npm run test:matrix`: on real hosts, a matrix keeps its promises even if its process is killed. DOCKFAULT_CELLS
// names other cells, at least four: 'debian12-healthy debian13-healthy …'.
const cells = (
  process.env.DOCKFAULT_CELLS ??
  'debian12-healthy debian13-healthy debian12-healthy-ipv6-off debian12-healthy-own-nft-rules debian12-look-alikes-nat-flushed'
).split(/[ ,]+/)
const select = cells.flatMap((cell) => ['--select', cell])

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: 'ignore' })
const folderOf = ({ pid }: ChildProcess): string | undefined =>
  readdirSync(reportsDir)
    .filter((name) => name.endsWith(`-${pid}`))
    .map((name) => join(reportsDir, name))[0]
const read = (dir: string): RunRecord => JSON.parse(readFileSync(join(dir, 'record.json'), 'utf8')) as RunRecord

/** Runs a matrix to its end. Gives its exit code and its folder. */
async function run(...args: string[]): Promise<{ code: number; dir: string }> {
  const child = start('matrix', ...args)
  const [code] = (await once(child, 'exit')) as [number]
  return { code, dir: folderOf(child)! }
}

/** The results of a cell, with its summaries and rulesets, but without the order in which the engine wrote rules. */
const resultsOf = (cell: CellRecord) => ({
  name: cell.name,
  answers: answersOf(cell),
  stages: cell.stages.map(({ summary }) => summary),
  rulesets: cell.rulesets.map(({ stage, removed, added }) => [stage, removed.toSorted(), added.toSorted()]),
})
const cellResults = (record: RunRecord) => record.cells.map(resultsOf)

describe('a matrix on real hosts', function () {
  this.timeout(0)
  let whole: RunRecord

  before(async () => {
    const { code, dir } = await run(...select, '--jobs', '1')
    expect(code).to.equal(0)
    whole = read(dir)
  })

  it('gives the same verdicts with four jobs as with one', async () => {
    const { code, dir } = await run(...select, '--jobs', '4')
    expect(code).to.equal(0)
    expect(cellResults(read(dir))).to.deep.equal(cellResults(whole))
  })

  it('goes on after kill -9, and runs each cell exactly once', async () => {
    const child = start('matrix', ...select, '--jobs', '2')
    const ended = (): string[] => {
      const dir = join(folderOf(child) ?? '/nowhere', 'cells')
      return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.json')) : []
    }
    await until('two cells to end', async () => ended().length >= 2 || undefined, { deadlineMs: 600_000 })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const dir = folderOf(child)!
    const before = new Map(ended().map((name) => [name, readFileSync(join(dir, 'cells', name), 'utf8')]))
    expect(before.size).to.be.below(cells.length)
    expect(existsSync(join(dir, 'record.json'))).to.equal(false)
    const [code] = await once(start('matrix', '--resume'), 'exit')
    expect(code).to.equal(0)
    expect(read(dir).cells.map(({ name }) => name)).to.deep.equal(whole.cells.map(({ name }) => name))
    expect(cellResults(read(dir))).to.deep.equal(cellResults(whole))
    for (const [name, text] of before) expect(readFileSync(join(dir, 'cells', name), 'utf8')).to.equal(text)
  })

  it('is the same when merged from three shards that ran as separate processes', async () => {
    const dirs: string[] = []
    for (const shard of ['1/3', '2/3', '3/3']) dirs.push((await run(...select, '--shard', shard)).dir)
    const [code] = await once(start('report', 'merge', ...dirs), 'exit')
    expect(code).to.equal(0)
    const merged = read(`${dirs[0]}-merged`)
    expect(cellResults(merged)).to.deep.equal(cellResults(whole))
    expect(merged).to.deep.include({ verdict: whole.verdict, confusion: whole.confusion })
    expect(merged.claims?.map(({ id, verdict }) => [id, verdict])).to.deep.equal(
      whole.claims?.map(({ id, verdict }) => [id, verdict]),
    )
  })

  it('is not disturbed by another on the same machine', async () => {
    const both = await Promise.all([run(...select, '--jobs', '2'), run(...select, '--jobs', '2')])
    for (const { code, dir } of both) {
      expect(code).to.equal(0)
      expect(cellResults(read(dir))).to.deep.equal(cellResults(whole))
    }
  })
})
