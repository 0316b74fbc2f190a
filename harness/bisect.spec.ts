import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { runBisect } from './bisect.ts'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Fault } from './injection/fault.ts'
import { usualMost } from './lib/bisect.ts'
import { plantedCell, plantedProbes } from './planted.spec-data.ts'
import { bisectText } from './report/bisect.ts'
import { axisOf } from './scenario/axes.ts'
import type { Cell } from './scenario/cell.ts'
import type { Prepared } from './schedule/prepare-versions.ts'
import { RunStore } from './schedule/run-store.ts'
import { newRunId } from './session.ts'
import { silent } from './silent-reporter.spec-data.ts'
import { bundleOf } from './stale-world.spec-data.ts'

const healthy = { 'egress-tcp': 'pass', isolation: 'fail' } as const
// The fault brings the program, as that of iptables does.
const cellOn = (host: string): Cell => plantedCell(host, healthy, { iptables: '1.8.11' })
const probes = plantedProbes(healthy)
const releases = axisOf('iptables').versions
const nothing: Prepared = { skipped: {}, notes: {}, tests: {} }

describe('a bisection of a scenario', function () {
  this.timeout(120_000)
  let reports: string
  let runs = 0
  beforeEach(() => {
    reports = mkdtempSync(join(tmpdir(), 'dockfault-bisect-'))
  })
  afterEach(() => rmSync(reports, { recursive: true }))

  /** Bisects on fake hosts; `fails` names the probes that fail with the fault in a version. */
  async function bisected(
    fails: (version: string) => string[],
    {
      versions = releases as readonly string[],
      prepared = nothing,
      most = usualMost(versions.length),
      broken = [] as readonly string[],
      stopAfter = Number.POSITIVE_INFINITY,
      resume = false,
    } = {},
  ) {
    const installed = new Map<FakeHost, string>()
    const ran: string[] = []
    const interrupt = new AbortController()
    const fault: Fault<{ iptables: string }> = {
      params: z.strictObject({ iptables: z.string() }),
      async inject(host, { iptables }) {
        if (broken.includes(iptables)) throw new Error(`the host of ${iptables} is lost`)
        installed.set(host as FakeHost, iptables)
        ran.push(iptables)
        if (ran.length > stopAfter) interrupt.abort(new Error('interrupted'))
      },
    }
    const provider = fakeProvider((script, host) => {
      if (script.includes('dpkg-query')) return { stdout: 'iptables 1.8.9-2\nlibc6 2.36\n' }
      if (script.includes('dockfault-evidence')) return { stdout: bundleOf({ ...host, state: 'healthy' } as FakeHost) }
      const [, probe] = /^probe (\S+)$/.exec(script) ?? []
      if (!probe) return undefined
      const version = installed.get(host)
      const usual = healthy[probe as keyof typeof healthy] === 'pass'
      return { code: usual === (version !== undefined && fails(version).includes(probe)) ? 1 : 0 }
    })
    const now = new Date()
    runs += 1
    const store = resume
      ? await RunStore.resume(reports, undefined, 'bisect')
      : await RunStore.create(reports, {
          // Several may begin in one second.
          runId: `${newRunId(now)}-${runs}`,
          startedAt: now.toISOString(),
          command: 'npm run bisect planted',
          cells: [],
          bisect: { scenario: 'planted', axis: 'iptables', versions: [...versions], most, host: 'debian12' },
          retryFailed: 0,
          retryBroken: 0,
        })
    let preparations = 0
    try {
      const done = await runBisect([cellOn('debian12')], {
        store,
        reporter: () => silent,
        signal: interrupt.signal,
        command: store.plan.command,
        reports,
        jobs: 2,
        choose: async () => ({ provider }),
        prepare: async () => {
          preparations += 1
          return prepared
        },
        instead: { faults: { planted: fault as Fault }, probes, causes: [] },
      })
      return { ...done, ran, preparations }
    } finally {
      await store.close()
    }
  }
  const island = (version: string): string[] => (version === '1.8.11' ? ['egress-tcp'] : [])
  const pairsIn = ({ result }: Awaited<ReturnType<typeof bisected>>) =>
    result.pairs.map(({ before, after, between }) => [before, ...between, after])

  it('finds a release that alone has the symptom, and the one that ends it', async () => {
    const prepared = {
      ...nothing,
      skipped: { '1.8.8': 'no source', '1.8.10': 'no source', '1.8.12': 'no source' },
      notes: { '1.8.13': 'Debian’s package' },
    }
    const done = await bisected(island, { prepared })
    expect(pairsIn(done)).to.deep.equal([
      ['1.8.9', '1.8.10', '1.8.11'],
      ['1.8.11', '1.8.11-2'],
    ])
    expect(done.result.pairs[0]!.changes).to.deep.equal([
      { stage: 'broken', what: 'egress-tcp', was: 'pass', is: 'fail' },
    ])
    expect(done.result.pairs[0]!.evidence.map(({ version }) => version)).to.deep.equal(['1.8.9', '1.8.11'])
    expect(done.result.pairs[0]!.otherwise).to.deep.equal([])
    const text = bisectText(done.result)
    expect(text).to.contain('From 1.8.9 to 1.8.11, with 1.8.10 between them not observed')
    expect(text).to.contain('With the fault: `egress-tcp` fails, and passed before')
    expect(text).to.contain('not to be had: 1.8.10 (no source)')
    expect(text).to.contain('1.8.13 is Debian’s package')
    expect(done.record.verdict).to.equal('passed')
    expect(done.record.cells.every(({ fixes }) => fixes.length === 0)).to.equal(true)
    expect(done.record.confusion!.rows).to.deep.equal([])
  })

  it('observes few of many versions, in rounds', async () => {
    const many = Array.from({ length: 64 }, (_, index) => `2.0.${index}`)
    const done = await bisected((version) => (Number(version.slice(4)) >= 41 ? ['isolation'] : []), { versions: many })
    expect(pairsIn(done)).to.deep.equal([['2.0.40', '2.0.41']])
    expect(done.ran.length).to.be.at.most(usualMost(64))
    expect(done.rounds).to.be.above(2)
    expect(done.result.gaps.length).to.be.above(0)
    expect(bisectText(done.result)).to.contain('only a symptom that comes and goes between them was missed')
  })

  it('goes at once where a test without a host differs', async () => {
    const many = Array.from({ length: 64 }, (_, index) => `2.0.${index}`)
    const tests = Object.fromEntries(
      many.map((version) => [version, { check: version === '2.0.30' ? 'exit 0' : 'sound' }]),
    )
    const options = { versions: many, most: 2 }
    const alone = (version: string): string[] => (version === '2.0.30' ? ['egress-tcp'] : [])
    const done = await bisected(alone, { ...options, prepared: { ...nothing, tests } })
    expect(pairsIn(done)).to.deep.equal([
      ['2.0.29', '2.0.30'],
      ['2.0.30', '2.0.31'],
    ])
    expect(done.ran).to.have.length(5)
    expect(done.result.pairs[0]!.changes.map(({ stage }) => stage)).to.deep.equal(['broken', 'test'])
    expect(bisectText(done.result)).to.contain('in a namespace: `check` answers exit 0, which is wrong')
    // Without that test, so narrow an island stays in a gap.
    expect(pairsIn(await bisected(alone, options))).to.deep.equal([])
  })

  it('leaves out a version whose host the lab could not make, with the reason', async () => {
    const done = await bisected((version) => (version >= '1.8.9' ? ['egress-tcp'] : []), {
      versions: ['1.8.7', '1.8.8', '1.8.9'],
      broken: ['1.8.8'],
    })
    expect(pairsIn(done)).to.deep.equal([['1.8.7', '1.8.8', '1.8.9']])
    expect(done.result.skipped[0]!.version).to.equal('1.8.8')
    expect(done.result.skipped[0]!.reason).to.contain('the host of 1.8.8 is lost')
    expect(done.record.verdict).to.equal('broken')
  })

  it('goes on where it was interrupted, and prepares once', async () => {
    const whole = await bisected(island)
    expect(whole.ran).to.have.length(8)
    const half = await bisected(island, { stopAfter: 3 })
    expect(half.record.cells.length).to.be.within(1, 7)
    const rest = await bisected(island, { resume: true })
    expect(rest.preparations).to.equal(0)
    expect(rest.ran.length).to.be.within(1, 7)
    expect(rest.result.pairs).to.deep.equal(whole.result.pairs)
  })

  it('starts no host where no version can be had', async () => {
    const skipped = Object.fromEntries(releases.map((version) => [version, 'no source']))
    let error: unknown
    await bisected(island, { prepared: { ...nothing, skipped } }).catch((thrown: unknown) => {
      error = thrown
    })
    expect(String(error)).to.contain('no version of iptables in this range can be had here')
  })
})
