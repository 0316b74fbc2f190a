import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import { closeMachine, openMachine } from './hosts/qemu/runs.ts'
import { LabError } from './lib/errors.ts'
import type { Reporter } from './report/terminal/index.ts'
import { readHistory } from './results/history.ts'
import { type CellRecord, notBegun } from './results/record.ts'
import type { Cell } from './scenario/cell.ts'
import type { KnownIssue } from './scenario/known-issues.ts'
import { RunStore } from './schedule/run-store.ts'
import { newRunId, runCells } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import { silent } from './silent-reporter.spec-data.ts'
import { bundleOf } from './stale-world.spec-data.ts'

const cell = (name: string): Cell => ({
  name,
  scenario: 'healthy',
  host: 'debian12',
  variant: name,
  title: 'A healthy host',
  tags: [],
  needs: [],
  given: { xtables: 'nft', 'forward-policy': 'drop' } as Cell['given'],
  healthy: { probes: {}, diagnosis: [], journal: [] },
  fixes: [],
  where: { file: 'scenarios/healthy.yaml', line: 2 },
})
const names = ['a', 'b', 'c', 'd', 'e']
const cells = names.map(cell)

describe('a run of many cells', function () {
  this.timeout(60_000)
  let reports: string
  beforeEach(() => {
    reports = mkdtempSync(join(tmpdir(), 'dockfault-session-'))
  })
  afterEach(() => rmSync(reports, { recursive: true }))

  const healthy = (script: string, host: FakeHost) =>
    script.includes('dockfault-evidence') ? { stdout: bundleOf(host) } : undefined

  /** Runs cells on fake hosts. */
  function run(options: Partial<SessionOptions> = {}, some: readonly Cell[] = cells) {
    const provider = fakeProvider(healthy)
    const signal = new AbortController().signal
    const defaults = {
      command: 'npm run matrix',
      reporter: silent,
      signal,
      reports,
      choose: async () => ({ provider }),
    }
    return runCells(some, { ...defaults, ...options }).then(({ record, dir }) => ({
      record,
      dir,
      hosts: provider.made,
    }))
  }
  const store = (): Promise<RunStore> => {
    const plan = { startedAt: new Date().toISOString(), command: 'npm run matrix', cells: names }
    return RunStore.create(reports, { ...plan, runId: newRunId(new Date()), retryFailed: 0, retryBroken: 0 })
  }
  const verdicts = (all: readonly CellRecord[]): string[] => all.map(({ name, verdict }) => `${name} ${verdict}`)

  it('has the same records, in the requested order, with one job as with four', async () => {
    const runs = [await run({ jobs: 1 }), await run({ jobs: 4 })]
    for (const { record, hosts } of runs) {
      expect(verdicts(record.cells)).to.deep.equal(names.map((name) => `${name} passed`))
      expect(record).to.include({ verdict: 'passed' }).and.not.have.property('missing')
      expect(hosts.every(({ disposed }) => disposed)).to.equal(true)
    }
    // By run id, which is equal for two runs of one process within a second.
    expect(readHistory(reports)).to.have.length(new Set(runs.map(({ record }) => record.runId)).size)
  })

  it('interrupted, ends its hosts and writes what it has; resumed, runs the rest and nothing twice', async () => {
    const abort = new AbortController()
    const ended: string[] = []
    const reporter: Reporter = {
      ...silent,
      cellEnd: ({ name }) => {
        ended.push(name)
        if (ended.length === 2) abort.abort(new LabError('interrupted', 'interrupted by SIGINT'))
      },
    }
    const first = await store()
    const cut = await run({ jobs: 2, reporter, signal: abort.signal, store: first })
    await first.close()
    expect(cut.hosts.every(({ disposed }) => disposed)).to.equal(true)
    expect(cut.record.verdict).to.equal('broken')
    const kept = readdirSync(join(cut.dir, 'cells')).map((name) => name.replace('.json', ''))
    expect(kept.length).to.be.within(2, 4)
    const passed = cut.record.cells.filter(({ verdict }) => verdict === 'passed').map(({ name }) => name)
    expect(passed.sort()).to.deep.equal(kept.sort())
    expect(new Set([...passed, ...(cut.record.missing ?? []), ...interruptedOf(cut.record.cells)])).to.deep.equal(
      new Set(names),
    )

    const second = await RunStore.resume(reports)
    const whole = await run({ store: second })
    await second.close()
    expect(whole.dir).to.equal(cut.dir)
    expect(verdicts(whole.record.cells)).to.deep.equal(names.map((name) => `${name} passed`))
    expect(whole.hosts).to.have.length(names.length - kept.length)
    expect(whole.record).to.include({ runId: cut.record.runId, verdict: 'passed' }).and.not.have.property('missing')
    expect(readHistory(reports).map(({ cells: past }) => Object.keys(past).length)).to.deep.equal([names.length])
  })

  it('begins no cell when its minutes are over; resumed, runs those that it skipped', async () => {
    const first = await store()
    const cut = await run({ store: first, minutes: 0 })
    await first.close()
    expect(verdicts(cut.record.cells)).to.deep.equal(names.map((name) => `${name} skipped`))
    expect(cut.record.verdict).to.equal('skipped')
    expect(cut.record.cells.map(({ reason }) => reason)).to.deep.equal(names.map(() => notBegun))
    expect(cut.hosts).to.deep.equal([])

    const second = await RunStore.resume(reports)
    const whole = await run({ store: second, minutes: 60 })
    await second.close()
    expect(verdicts(whole.record.cells)).to.deep.equal(names.map((name) => `${name} passed`))
    expect(whole.record.runId).to.equal(cut.record.runId)
  })

  it('retries apart what failed and what the lab broke, and keeps the logs of each try', async () => {
    let boots = 0
    const provider = fakeProvider(healthy)
    // The first host never comes up; the second is not healthy.
    const provision: typeof provider.provision = async (options) => {
      boots += 1
      if (boots === 1) throw new LabError('host', 'it did not boot')
      return provider.provision(options)
    }
    const strict = { ...cell('a'), healthy: { probes: {}, diagnosis: ['gremlins'], journal: [] } }
    const choose = async () => ({ provider: { ...provider, provision } })
    const { record, dir } = await run({ choose, retries: { retryFailed: 1, retryBroken: 1 } }, [strict])
    expect(boots).to.equal(3)
    expect(record.cells[0]!.attempts?.map(({ verdict }) => verdict)).to.deep.equal(['broken', 'failed'])
    expect(record.verdict).to.equal('failed')
    expect(readdirSync(join(dir, 'hosts')).sort()).to.deep.equal(['a', 'a~1', 'a~2'])
  })

  it('goes on where the harness itself trips over one cell', async () => {
    const reporter: Reporter = {
      ...silent,
      stageEnd: (_, name) => {
        if (name === 'b') throw new Error('of the harness')
      },
    }
    const { record } = await run({ reporter })
    expect(verdicts(record.cells)).to.include.members(['a passed', 'b broken', 'e passed'])
    expect(record.cells[1]!.reason).to.equal('of the harness')
  })

  it('takes a failure that is known for what it is, and no retry for it', async () => {
    const strict = { ...cell('a'), healthy: { probes: {}, diagnosis: ['gremlins'], journal: [] } }
    const issue: KnownIssue = {
      pattern: 'a',
      tracker: 'issue 12',
      until: '2999-12-31',
      where: { file: 'scenarios/known-issues.yaml', line: 3 },
    }
    const retries = { retryFailed: 1, retryBroken: 0 }
    const known = await run({ knownIssues: [issue], retries }, [strict, cell('b')])
    expect(verdicts(known.record.cells)).to.deep.equal(['a known', 'b passed'])
    expect(known.record.verdict).to.equal('passed')
    expect(known.record.cells[0]).to.not.have.property('attempts')
    const stale = await run({ knownIssues: [{ ...issue, pattern: 'b' }] }, [cell('b')])
    expect(stale.record.verdict).to.equal('failed')
  })

  /** The message of a run that rejects, and how many reports it wrote all the same. */
  const rejected = (some: readonly Cell[]): Promise<[string, number]> =>
    run({}, some).then(
      () => ['', 0],
      (error: Error) => [error.message, readHistory(reports).length],
    )

  it('ends with an error where a cell ran twice', async () =>
    expect(await rejected([cell('a'), cell('b'), cell('a')])).to.deep.equal(['the cell a ran twice in one run', 0]))

  it('ends with an error where it has left something on this machine, after its reports', async () => {
    const before = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = reports
    const { dir, record } = openMachine('left', 'debian12', reports)
    try {
      expect(await rejected([cell('a')])).to.deep.equal(['the run has left something on this machine: left', 1])
    } finally {
      closeMachine(dir, record)
      if (before === undefined) delete process.env.XDG_CACHE_HOME
      else process.env.XDG_CACHE_HOME = before
    }
    const { record: clean } = await run({}, [cell('a')])
    expect(clean.verdict).to.equal('passed')
  })

  it('skips with the reason what nobody here can run', async () => {
    const { record } = await run({ choose: async () => ({ reason: 'no provider has a moon' }) })
    expect(record.verdict).to.equal('skipped')
    expect(record.cells[0]).to.include({ verdict: 'skipped', reason: 'no provider has a moon' })
  })
})

const interruptedOf = (all: readonly CellRecord[]): string[] =>
  all.filter(({ reason }) => reason === 'interrupted').map(({ name }) => name)
