import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { LabError } from '../lib/errors.ts'
import { until } from '../lib/retry.ts'
import type { CellRecord } from '../results/record.ts'
import { RunStore } from './run-store.ts'

describe('the folder of a matrix run', () => {
  let reports: string
  beforeEach(() => {
    reports = mkdtempSync(join(tmpdir(), 'dockfault-runs-'))
  })
  afterEach(() => rmSync(reports, { recursive: true }))

  const plan = (runId: string, startedAt = '2026-01-01T00:00:00.000Z') => ({
    runId,
    startedAt,
    command: 'npm run matrix',
    cells: ['a', 'b#2'],
    retryFailed: 0,
    retryBroken: 1,
  })
  const ended = (name: string) => ({ name, verdict: 'passed' }) as CellRecord
  const refusal = (promise: Promise<unknown>): Promise<LabError> =>
    promise.then(
      () => expect.fail('it was taken'),
      (error: unknown) => error as LabError,
    )

  it('is free for another process where its plan could not be written', async () => {
    const first = await RunStore.create(reports, plan('one'))
    await first.close()
    // A folder of that name, because root may write any file.
    const part = join(reports, 'one', `plan.json.${process.pid}.part`)
    mkdirSync(part)
    expect(await refusal(RunStore.resume(reports))).to.have.property('code', 'EISDIR')
    rmSync(part, { recursive: true })
    await (await RunStore.resume(reports)).close()
  })

  it('gives back what had ended when the process was gone', async () => {
    const first = await RunStore.create(reports, plan('one'))
    await first.save(ended('a'))
    await first.close()
    const second = await RunStore.resume(reports)
    expect(second.plan).to.deep.include({ ...plan('one'), version: 2 })
    expect([...(await second.done())]).to.deep.equal([['a', ended('a')]])
    await second.save(ended('b#2'))
    expect([...(await second.done()).keys()].sort()).to.deep.equal(['a', 'b#2'])
    await second.close()
    expect(readdirSync(join(reports, 'one')).sort()).to.deep.equal(['cells', 'plan.json'])
  })

  it('takes half-written files for nothing', async () => {
    const store = await RunStore.create(reports, plan('one'))
    writeFileSync(join(store.dir, 'cells', 'a.json.77.part'), '{"name": "a", "ver')
    expect((await store.done()).size).to.equal(0)
    await store.close()
  })

  it('resumes the newest run that has cells left, or the named one', async () => {
    for (const [id, day] of [
      ['old', 1],
      ['new', 3],
      ['done', 4],
      ['middle', 2],
    ] as const) {
      const store = await RunStore.create(reports, plan(id, `2026-01-0${day}T00:00:00.000Z`))
      if (id === 'done') for (const name of plan(id).cells) await store.save(ended(name))
      if (id === 'done') writeFileSync(join(store.dir, 'record.json'), '{}')
      await store.close()
    }
    const newest = await RunStore.resume(reports)
    expect(newest.plan.runId).to.equal('new')
    await newest.close()
    const named = await RunStore.resume(reports, 'old')
    expect(named.plan.runId).to.equal('old')
    await named.close()
    expect(await refusal(RunStore.resume(reports, 'done')))
      .to.include({ code: 'usage' })
      .and.match(/no cell left/)
    expect(await refusal(RunStore.resume(reports, '../etc')))
      .to.include({ code: 'usage' })
      .and.match(/can be resumed/)
    expect(await refusal(RunStore.resume(join(reports, 'none'))))
      .to.include({ code: 'usage' })
      .and.match(/no unfinished run/)
  })

  it('goes on as well where all cells have ended and no record was written', async () => {
    const store = await RunStore.create(reports, plan('one'))
    for (const name of plan('one').cells) await store.save(ended(name))
    await store.close()
    const again = await RunStore.resume(reports)
    expect((await again.done()).size).to.equal(2)
    await again.close()
  })

  it('keeps sweeps and matrices apart, and a sweep grows', async () => {
    const sweep = { scenario: 'x', space: { proxy: ['on', 'off'] } }
    const created = await RunStore.create(reports, { ...plan('sweep', '2026-01-09T00:00:00.000Z'), sweep })
    await created.extend(['c'], 90_000)
    await created.close()
    await (await RunStore.create(reports, plan('matrix'))).close()
    const newest = await RunStore.resume(reports)
    expect(newest.plan.runId).to.equal('matrix')
    await newest.close()
    expect(await refusal(RunStore.resume(reports, 'sweep'))).to.match(/can be resumed/)
    const again = await RunStore.resume(reports, undefined, 'sweep')
    expect(again.plan).to.deep.include({ runId: 'sweep', sweep, cells: [...plan('x').cells, 'c'], spentMs: 90_000 })
    await again.close()
    expect(await refusal(RunStore.resume(reports, 'matrix', 'sweep'))).to.match(/can be resumed/)
  })

  it('keeps what a bisection has learned of its versions, before it has a cell', async () => {
    const bisect = { scenario: 'x', axis: 'iptables', versions: ['1.8.9', '1.8.10'], most: 4 }
    const created = await RunStore.create(reports, { ...plan('bisect'), cells: [], bisect })
    await created.amend({ ...bisect, skipped: { '1.8.10': 'no source' } })
    await created.close()
    for (const kind of ['matrix', 'sweep'] as const)
      expect(await refusal(RunStore.resume(reports, 'bisect', kind))).to.match(/can be resumed/)
    const again = await RunStore.resume(reports, undefined, 'bisect')
    expect(again.plan.bisect).to.deep.equal({ ...bisect, skipped: { '1.8.10': 'no source' } })
    await again.close()
  })

  it('counts the time that was worked, not the time in between', async () => {
    const first = await RunStore.create(reports, plan('one'))
    await first.save(ended('a'))
    const worked = new Date('2026-01-01T00:01:30.000Z')
    utimesSync(join(first.dir, 'cells', 'a.json'), worked, worked)
    await first.close()
    const second = await RunStore.resume(reports)
    expect(second.plan.spentMs).to.equal(90_000)
    await second.close()
    // No cell ended in the second process.
    const third = await RunStore.resume(reports)
    expect(third.plan.spentMs).to.equal(90_000)
    await third.close()
  })

  it('belongs to one living process, and to nobody once that was killed', async function () {
    this.timeout(30_000)
    const code = `import { RunStore } from '${new URL('./run-store.ts', import.meta.url).href}'
      await RunStore.create(${JSON.stringify(reports)}, ${JSON.stringify(plan('one'))})
      console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(await refusal(RunStore.resume(reports)))
      .to.include({ code: 'usage' })
      .and.match(/still running/)
    child.kill('SIGKILL')
    const store = await until('the lock', () => RunStore.resume(reports), { deadlineMs: 10_000 })
    expect(JSON.parse(readFileSync(join(store.dir, 'plan.json'), 'utf8'))).to.deep.include({ runId: 'one' })
    await store.close()
  })
})
