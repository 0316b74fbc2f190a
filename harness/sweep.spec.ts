import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Fault } from './injection/fault.ts'
import { wordOf } from './lib/combinations.ts'
import type { Combination } from './lib/implicants.ts'
import { plantedCell, plantedProbes } from './planted.spec-data.ts'
import { sweepText } from './report/sweep.ts'
import type { Cell } from './scenario/cell.ts'
import { RunStore } from './schedule/run-store.ts'
import { cellsOfScenario, spaceOf, sweepCell } from './schedule/sweep-cells.ts'
import { newRunId } from './session.ts'
import { silent } from './silent-reporter.spec-data.ts'
import { bundleOf } from './stale-world.spec-data.ts'
import { firstCombinations, runSweep } from './sweep.ts'

const healthy = { 'egress-tcp': 'pass', isolation: 'fail', 'published-outside': 'pass' } as const
const cellOn = (host: string): Cell => plantedCell(host, healthy)
const probes = plantedProbes(healthy)
const fault: Fault = {
  ...({} as Fault),
  params: z.object({}),
  inject: async (host) => void (await host.exec('inject the planted fault')),
}

/** Conditions as the script that pins them has them. */
const pinned = (script: string): Combination => ({
  proxy: script.includes('"userland-proxy":false') ? 'off' : 'on',
  policy: script.includes('-P FORWARD DROP\n') || /-P FORWARD DROP'/.test(script) ? 'drop' : 'accept',
  backend: script.includes('iptables-legacy') ? 'legacy' : 'nft',
  'live-restore': script.includes('"live-restore":true') ? 'on' : 'off',
})

describe('a sweep', function () {
  this.timeout(120_000)
  let reports: string
  let runs = 0
  beforeEach(() => {
    reports = mkdtempSync(join(tmpdir(), 'dockfault-sweep-'))
  })
  afterEach(() => rmSync(reports, { recursive: true }))

  /** Sweeps a fault on fake hosts that changes the probes that `changes` names under these conditions. */
  async function swept(
    over: readonly string[],
    changes: (combination: Combination) => string[],
    { all = false, stopAfter = Number.POSITIVE_INFINITY, resume = false } = {},
  ) {
    const conditions = new Map<FakeHost, Combination>()
    const ran: string[] = []
    const interrupt = new AbortController()
    const provider = fakeProvider((script, host) => {
      if (script.includes("want='")) conditions.set(host, pinned(script))
      if (script === 'inject the planted fault') {
        host.state = 'injected'
        ran.push(wordOf(conditions.get(host)!))
        if (ran.length > stopAfter) interrupt.abort(new Error('interrupted'))
      }
      if (script.includes('dockfault-evidence')) return { stdout: bundleOf({ ...host, state: 'healthy' } as FakeHost) }
      const [, probe] = /^probe (\S+)$/.exec(script) ?? []
      if (!probe) return undefined
      const usual = healthy[probe as keyof typeof healthy] === 'pass'
      const changed = host.state === 'injected' && changes(conditions.get(host)!).includes(probe)
      return { code: usual === changed ? 1 : 0 }
    })
    const cells = [cellOn('debian12')]
    const space = spaceOf(over, ['debian12'])
    const first = firstCombinations(space, cells[0]!, all)
    const now = new Date()
    runs += 1
    const store = resume
      ? await RunStore.resume(reports, undefined, 'sweep')
      : await RunStore.create(reports, {
          // Several may begin in one second.
          runId: `${newRunId(now)}-${runs}`,
          startedAt: now.toISOString(),
          command: 'npm run sweep planted',
          cells: first.map((each) => sweepCell(cells, each).name),
          sweep: { scenario: 'planted', space: space as Record<string, string[]> },
          retryFailed: 0,
          retryBroken: 0,
        })
    const done = await runSweep(cells, {
      store,
      reporter: () => silent,
      signal: interrupt.signal,
      command: store.plan.command,
      reports,
      jobs: 4,
      choose: async () => ({ provider }),
      instead: { faults: { planted: fault }, probes, causes: [] },
    })
    await store.close()
    return { ...done, ran, first }
  }
  const four = ['proxy', 'policy', 'backend', 'live-restore']

  it('finds a dependency on two variables as exactly that set, and no variable that does nothing', async () => {
    const { result, record } = await swept(['proxy', 'policy'], ({ proxy, policy }) =>
      proxy === 'off' && policy === 'drop' ? ['egress-tcp', 'isolation'] : [],
    )
    expect(record.verdict).to.equal('passed')
    expect(result!.ran).to.have.length(4)
    expect(result!.symptoms.map(({ changes, sets, unique }) => ({ changes, sets, unique }))).to.deep.equal([
      {
        changes: ['egress-tcp fail', 'isolation pass'],
        sets: [{ proxy: ['off'], policy: ['drop'] }],
        unique: true,
      },
    ])
  })

  it('finds it in a large product too, without running all of it', async () => {
    const over = [...four, 'ipv6', 'br-netfilter']
    const { result, ran, first, rounds } = await swept(over, ({ proxy, policy, backend }) => [
      ...(proxy === 'off' && policy === 'drop' ? ['egress-tcp'] : []),
      ...(backend === 'legacy' ? ['published-outside'] : []),
    ])
    expect(result!.product).to.equal(64)
    expect(result!.symptoms.map(({ changes, sets }) => ({ changes, sets }))).to.have.deep.members([
      { changes: ['egress-tcp fail'], sets: [{ proxy: ['off'], policy: ['drop'] }] },
      { changes: ['published-outside fail'], sets: [{ backend: ['legacy'] }] },
    ])
    expect(result!.symptoms.every(({ unique }) => unique)).to.equal(true)
    expect(first.length).to.be.below(10)
    expect(rounds).to.be.above(1)
    expect(ran.length).to.be.within(first.length + 1, 24)
  })

  it('finds every planted pair of values among four variables', async () => {
    let planted = 0
    for (const [index, one] of four.entries())
      for (const other of four.slice(index + 1)) {
        const needs = { [one]: one === 'backend' ? 'legacy' : one === 'policy' ? 'accept' : 'off' }
        const more = { [other]: other === 'backend' ? 'legacy' : other === 'policy' ? 'drop' : 'on' }
        const wanted = { ...needs, ...more }
        const { result } = await swept([...four, 'ipv6'], (each) =>
          Object.entries(wanted).every(([name, value]) => each[name] === value) ? ['egress-tcp'] : [],
        )
        const sets = result!.symptoms.map((each) => each.sets)
        expect(sets, JSON.stringify(wanted)).to.deep.equal([
          [Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, [value]]))],
        ])
        planted += 1
      }
    expect(planted).to.equal(6)
  })

  it('asserts nothing, tries no fix, and counts for no detector', async () => {
    const { record, result } = await swept(['proxy'], () => ['egress-tcp'])
    expect(record.cells.map(({ verdict, fixes, varied }) => ({ verdict, fixes, varied }))).to.deep.equal([
      { verdict: 'passed', fixes: [], varied: { proxy: 'on' } },
      { verdict: 'passed', fixes: [], varied: { proxy: 'off' } },
    ])
    expect(record.confusion!.rows).to.deep.equal([])
    expect(record).to.not.have.property('claims')
    expect(result!.symptoms[0]!.sets).to.deep.equal([{}])
    expect(sweepText(result!)).to.contain('`egress-tcp`: under all conditions')
    // What was expected is still recorded.
    const isolation = record.cells[0]!.probes.find(({ stage, name }) => stage === 'broken' && name === 'isolation')
    expect(isolation).to.include({ expected: 'pass', observed: 'fail' })
  })

  it('goes on where it was interrupted', async () => {
    const depends = ({ policy }: Combination): string[] => (policy === 'drop' ? ['egress-tcp'] : [])
    const whole = await swept(four, depends)
    expect(whole.ran).to.have.length(16)
    const half = await swept(four, depends, { stopAfter: 6 })
    expect(half.record.cells.length).to.be.within(1, 15)
    const rest = await swept(four, depends, { resume: true })
    expect(rest.ran.length).to.be.within(1, 15)
    expect(rest.result!.symptoms).to.deep.equal(whole.result!.symptoms)
  })

  it('refuses what it cannot vary', () => {
    const cells = [cellOn('debian12'), cellOn('debian13')]
    expect(() => spaceOf(['proxi'], [])).to.throw('--over proxi: not one of proxy')
    expect(() => cellsOfScenario(cells, 'plante')).to.throw('no scenario is called plante')
    expect(() => cellsOfScenario([{ ...cells[0]!, fault: undefined } as unknown as Cell], 'planted')).to.throw(
      'no fault',
    )
    const [first] = firstCombinations(spaceOf(['engine', 'policy'], ['debian12', 'debian13']), cells[1]!, false)
    expect(first).to.deep.equal({ engine: 'debian13', policy: 'drop' })
    expect(sweepCell(cells, first!)).to.include({
      name: 'debian13-planted+engine=debian13+policy=drop',
      host: 'debian13',
    })
  })
})
