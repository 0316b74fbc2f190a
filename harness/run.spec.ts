import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { absent, type Cause, defineCause, type Procedure, present } from './cause/cause.ts'
import { missingNatModules } from './cause/restart.ts'
import { restartDocker } from './cause/steps.ts'
import staleKernel from './causes/stale-kernel/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { execute } from './fix/execute.ts'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Provider } from './hosts/host.ts'
import type { Fault } from './injection/fault.ts'
import { blankRecord } from './results/blank-record.ts'
import type { CellRecord } from './results/record.ts'
import { runStages, stagesOf } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { commandAdapter } from './scoring/adapter.ts'
import { cell, probe, probes, respond } from './stale-cell.spec-data.ts'
import { bundleOf } from './stale-world.spec-data.ts'
import type { Trace } from './trace/trace.ts'

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-run-spec-'))
// Under `npm run mutants` one process runs a spec many times.
before(() => void mkdirSync(logDir, { recursive: true }))
after(() => rmSync(logDir, { recursive: true }))

const cause = staleKernel.cause!

async function play(
  change: Partial<RunContext> = {},
  of: Partial<Cell> = {},
): Promise<CellRecord & { hosts: FakeHost[] }> {
  const provider = fakeProvider(respond)
  const context: RunContext = {
    provider,
    faults: { 'stale-kernel': staleKernel as Fault },
    causes: [cause],
    probes,
    logDir,
    signal: new AbortController().signal,
    progress: () => {},
    ...change,
  }
  const played = { ...cell, ...of }
  const record = blankRecord(played, 'fake', 'none')
  for await (const _ of runStages(played, context, record));
  return Object.assign(record, { hosts: provider.made })
}

const faultWith = (change: Partial<Fault>): Partial<RunContext> => ({
  faults: { 'stale-kernel': { ...(staleKernel as Fault), ...change } },
})
/** A stale kernel with other advice, both in the lab and for users. */
const withCause = (change: Partial<Cause>): Partial<RunContext> => {
  const changed = { ...cause, ...change }
  return { ...faultWith({ cause: changed }), causes: [changed] }
}
const withRemedy = (name: string, change: Partial<Procedure>): Partial<RunContext> =>
  withCause({ remedies: { ...cause.remedies, [name]: { ...cause.remedies[name]!, ...change } } })
const withTemptation = (name: string, { steps }: Pick<Procedure, 'steps'>): Partial<RunContext> =>
  withCause({ temptations: { ...cause.temptations, [name]: { ...cause.temptations[name]!, steps } } })
const everywhere = defineCause({
  id: 'everywhere',
  title: 'It is always the same',
  needs: [],
  detect: () => present({ confidence: 'likely', active: 'always', latent: 'always', evidence: [] }),
  explains: () => true,
  remedies: {},
  temptations: {},
})

const followed = (end: Trace['end'], at?: Trace['at']): Partial<RunContext> => ({
  followers: [
    {
      from: 'default',
      probe: 'egress-tcp',
      follow: async () => ({
        flow: {
          container: 'c',
          network: 'bridge',
          bridge: 'docker0',
          source: '172.17.0.2',
          address: '203.0.113.10',
          port: 80,
          protocol: 'tcp',
        },
        by: 'rules',
        end,
        ...(at && { at }),
        summary: `it is ${end}`,
        stations: [],
      }),
    },
  ],
})

describe('the story of a cell', () => {
  it('passes, stage by stage, where everything is as expected', async () => {
    const record = await play()
    expect(record.reason).to.equal(undefined)
    expect(record.verdict).to.equal('passed')
    expect(record.stages.map(({ name }) => name)).to.deep.equal(stagesOf(cell))
    expect(record.fixes.map(({ observed }) => observed)).to.deep.equal(['cures', 'cures', 'no-effect'])
    expect(record.facts.after!.bootId).to.not.equal(record.facts.bootId)
    expect(record.hosts.every(({ disposed }) => disposed)).to.equal(true)
  })

  it('breaks a new host for each fix where the provider has no snapshots', async () => {
    expect((await play()).hosts).to.have.length(cell.fixes.length)
  })

  it('runs the operations on a host that it breaks again, as on the observed one, before a fix', async () => {
    const changing = { ...probe('new-network', 'pass'), changes: true }
    const healthy = { ...cell.healthy, probes: { ...cell.healthy.probes, 'new-network': 'pass' as const } }
    const withOperation = (of: Cell['broken']) => ({
      ...of!,
      probes: { ...of!.probes, 'new-network': 'pass' as const },
    })
    const of = { healthy, latent: withOperation(cell.latent), broken: withOperation(cell.broken) }
    const { hosts, verdict } = await play({ probes: [...probes, changing] }, of)
    expect(verdict).to.equal('passed')
    const at = (words: string): number => hosts[1]!.scripts.findIndex((script) => script.includes(words))
    expect(at('ask new-network')).to.be.within(at('rmmod') + 1, at('apt-get install -y --reinstall') - 1)
  })

  it('records what the cache saved: images once, a machine for each of its hosts', async () => {
    const kept: Partial<Provider> = {
      provision: async (options) => {
        options.saved?.('rootfs', 100_000)
        options.saved?.('ready', 10_000)
        return fakeProvider(respond).provision(options)
      },
    }
    const provider = (change: Partial<Provider>): Partial<RunContext> => ({
      provider: { ...fakeProvider(respond), ...change },
    })
    expect((await play()).savedMs).to.equal(undefined)
    expect((await play(provider(kept))).savedMs).to.equal(100_000 + cell.fixes.length * 10_000)
    let state = { state: '', boots: 0 }
    const withStates: Partial<Provider> = {
      ...kept,
      snapshot: async (host) => {
        const { state: was, boots } = host as FakeHost
        state = { state: was, boots }
      },
      restore: async (host) => void Object.assign(host, state),
    }
    const restored = await play(provider(withStates))
    expect(restored.verdict).to.equal('passed')
    expect(restored.savedMs).to.be.within(129_000, 131_000)
  })

  it('fails where a traced packet ends otherwise than its probe', async () => {
    const dead = await play(followed('dropped', { way: 'out', location: 'forward' }))
    expect(dead.reason).to.equal('stage healthy: trace from default: it is dropped, but the probe egress-tcp saw pass')
    const alive = await play(followed('answered'))
    expect(alive.reason).to.equal('stage broken: trace from default: it is answered, but the probe egress-tcp saw fail')
  })

  it('fails where a packet is dropped at another location than the scenario expects', async () => {
    const broken = { ...cell.broken!, trace: { default: { end: 'dropped' as const, at: 'forward' as const } } }
    const record = await play(followed('unclear'), { broken, fixes: [] })
    expect(record.reason).to.equal(
      'stage broken: trace from default: expected end dropped, at forward, saw end unclear, at none (it is unclear)',
    )
    expect(record.traces!.map(({ stage }) => stage)).to.deep.equal(['healthy', 'latent', 'broken'])
  })

  it('has the stages up to one that it may not have itself', () => {
    const { fault: _fault, latent: _latent, broken: _broken, ...control } = { ...cell, fixes: [] }
    expect(stagesOf(cell, 'latent')).to.deep.equal(['provision', 'healthy', 'inject', 'latent'])
    expect(stagesOf(control, 'broken')).to.deep.equal(['provision', 'healthy'])
    expect(stagesOf(cell, 'fix:reboot').at(-1)).to.equal('fix:reboot')
  })

  it('stops after the stage `until`, and lets a visitor in', async () => {
    const record = blankRecord(cell, 'fake', 'none')
    const provider = fakeProvider(respond)
    const seen: string[] = []
    const context = {
      provider,
      faults: { 'stale-kernel': staleKernel as Fault },
      causes: [],
      probes,
      logDir,
      signal: new AbortController().signal,
      progress: () => {},
    }
    for await (const stage of runStages(cell, context, record, {
      until: 'inject',
      visit: async (host) => void seen.push((host as FakeHost).state),
    }))
      seen.push(stage.name)
    expect(seen).to.deep.equal(['provision', 'healthy', 'inject', 'latent'])
  })

  it('destroys its host when it is interrupted', async () => {
    const abort = new AbortController()
    const provider = fakeProvider(respond)
    const record = blankRecord(cell, 'fake', 'none')
    const context = {
      provider,
      faults: { 'stale-kernel': staleKernel as Fault },
      causes: [],
      probes,
      logDir,
      signal: abort.signal,
      progress: () => {},
    }
    const story = runStages(cell, context, record)
    await story.next()
    abort.abort(new Error('Ctrl-C'))
    await story.next().then(
      () => expect.fail('went on'),
      () => undefined,
    )
    expect(provider.made[0]!.disposed).to.equal(true)
  })
})

describe('sabotage turns a run red', () => {
  const sabotage: [string, string, Partial<RunContext>, Partial<Cell>?][] = [
    ['an injector that does nothing', 'latent', faultWith({ inject: async () => {} })],
    ['a trigger that does nothing', 'broken', faultWith({ trigger: async () => {} })],
    ['a cause that is never there', 'latent', withCause({ detect: () => absent('nothing') })],
    ['a cause that is always there', 'healthy', { causes: [cause, everywhere] }],
    [
      'a fix that does nothing',
      'fix:reinstall-running-kernel',
      withRemedy('reinstall-running-kernel', { steps: () => [] }),
    ],
    ['a reboot that is none', 'fix:reboot', withRemedy('reboot', { reboots: false })],
    [
      'a cure that should have been a reboot, on a host that was broken again for it',
      'fix:reboot',
      withRemedy('reboot', { steps: () => ['apt-get install -y --reinstall'], reboots: false }),
      { fixes: cell.fixes.toReversed() },
    ],
    ['a probe that always passes', 'healthy', { probes: probes.map((each) => ({ ...each, script: 'true' })) }],
    ['a probe that always fails', 'healthy', { probes: probes.map((each) => ({ ...each, script: 'ask isolation' })) }],
    [
      'a probe whose tool crashes',
      'healthy',
      {
        probes: probes.map((each) => ({ ...each, script: 'crash' })),
        provider: fakeProvider((script, host) => (script === 'crash' ? { code: 139 } : respond(script, host))),
      },
    ],
    [
      'words that the journal does not hold',
      'broken',
      {},
      { broken: { ...cell.broken!, journal: ['something else'] } },
    ],
    ['a non-fix that cures', 'fix:depmod', withTemptation('depmod', cause.remedies['reinstall-running-kernel']!)],
  ]
  for (const [what, where, change, of] of sabotage)
    it(`${what}: ${where}`, async () => {
      const record = await play(change, of)
      expect(record.verdict).to.equal('failed')
      expect(record.reason).to.contain(`stage ${where}:`)
    })

  // Each host is as its scenario expects, but the advice for it is wrong.
  const ill: [what: string, where: string, message: string, change: Partial<RunContext>, of: Partial<Cell>][] = [
    [
      'a remedy that claims too much',
      'fix:depmod',
      'advice: depmod is recommended for stale-kernel, but its measured effect is no-effect',
      withCause({ remedies: { ...cause.remedies, depmod: cause.temptations.depmod! }, temptations: {} }),
      {},
    ],
    [
      'a remedy that worsens what it is recommended for',
      'fix:depmod',
      'advice: depmod is recommended for stale-kernel, but its measured effect is worsens',
      {
        ...withCause({
          remedies: { ...cause.remedies, depmod: { ...cause.temptations.depmod!, steps: () => ['open it'] } },
          temptations: {},
        }),
        provider: fakeProvider((script, host) => {
          if (script === 'open it') host.files.set('open', Buffer.of())
          return script === 'ask isolation' && host.files.has('open') ? { code: 0 } : respond(script, host)
        }),
      },
      { fixes: cell.fixes.map((fix) => (fix.use === 'depmod' ? { ...fix, expect: 'worsens' } : fix)) },
    ],
    [
      'a “do not” that cures',
      'fix:depmod',
      'advice: depmod is advised against for stale-kernel, but its measured effect is cures',
      withTemptation('depmod', cause.remedies['reinstall-running-kernel']!),
      { fixes: cell.fixes.map((fix) => ({ ...fix, expect: 'cures' })) },
    ],
    [
      'a recommended remedy that no fix of the scenario measures',
      'broken',
      'advice: reinstall-running-kernel is recommended for stale-kernel, and no entry of `fixes` measures it',
      {},
      { fixes: cell.fixes.filter(({ use }) => use !== 'reinstall-running-kernel') },
    ],
    [
      'a cause that explains everything, and is there when something fails',
      'broken',
      'diagnosis: everywhere was named, but is not a cause here',
      {
        causes: [
          cause,
          {
            ...everywhere,
            detect: (facts) => (missingNatModules(facts).length > 1 ? everywhere.detect(facts) : absent('it is not')),
          },
        ],
      },
      {},
    ],
    [
      'a verdict that is not the expected one',
      'broken',
      'diagnosis: expected the verdict healthy, saw sick',
      {},
      { broken: { ...cell.broken!, verdict: 'healthy' } },
    ],
    [
      'something unexplained that the scenario does not know of',
      'broken',
      'diagnosis: unexplained (dockerd: docker.service has failed',
      withCause({ explains: () => false }),
      { broken: { ...cell.broken!, unexplained: [] } },
    ],
    [
      'nothing unexplained where the scenario has it',
      'broken',
      'diagnosis: expected an unexplained symptom {"kind":"egress"}, saw none',
      {},
      { broken: { ...cell.broken!, unexplained: [{ kind: 'egress' }] } },
    ],
  ]
  for (const [what, where, message, change, of] of ill)
    it(`${what}: ${where}`, async () => {
      const { verdict, stages } = await play(change, of)
      expect(verdict).to.equal('failed')
      const complaints = stages.flatMap(({ name, mismatches }) => mismatches.map((mismatch) => [name, mismatch]))
      expect(complaints).to.have.length(1)
      expect(complaints[0]![0]).to.equal(where)
      expect(complaints[0]![1]).to.contain(message)
    })

  it('an executor that skips a step, whichever it is that matters: fix:reinstall-running-kernel', async () => {
    const skipping =
      (skipped: number): RunContext['execute'] =>
      (steps, shell, progress) =>
        execute(
          steps.filter((_, index) => index !== skipped),
          shell,
          progress,
        )
    // In this fake world only the first step has an effect. The others show that the passed executor ran them.
    const first = await play({ execute: skipping(0) })
    expect(first.verdict).to.equal('failed')
    expect(first.reason).to.contain('stage fix:reinstall-running-kernel:')
    const last = await play({ execute: skipping(2) })
    expect(last.verdict).to.equal('passed')
    const ran = (record: { hosts: FakeHost[] }, words: string) =>
      record.hosts.filter(({ scripts }) => scripts.some((script) => script === words)).length
    expect(ran(last, 'depmod -a')).to.equal(2)
    expect(ran(await play(), restartDocker)).to.equal(2)
    expect(ran(last, restartDocker)).to.equal(1)
  })

  it("and the lab's own failure is broken, not failed", async () => {
    const record = await play({
      provider: fakeProvider((script) => (script.includes('probe-a') ? { code: 125, stderr: 'no' } : undefined)),
    })
    expect(record.verdict).to.equal('broken')
    expect(record.reason).to.contain('stage provision:')
  })

  it('a mismatch on a host with a failed kernel is broken, too', async () => {
    const oops = faultWith({
      inject: async (host) => {
        ;(host as FakeHost).consoleText = '[ 27.1] BUG: kernel NULL pointer dereference, address: 000000000000003d'
      },
    })
    const record = await play(oops)
    expect(record.verdict).to.equal('broken')
    expect(record.reason).to.match(/^stage latent: the kernel of the host failed: BUG: kernel NULL/)
    expect(record.stages.at(-1)!.mismatches.join()).to.contain('stale-kernel was not named')
    expect((await play({ ...oops, causes: [] }, { latent: undefined, broken: undefined, fixes: [] })).verdict).to.equal(
      'passed',
    )
  })

  it('so is a mismatch on a host that ran out of memory', async () => {
    const starved = (is: boolean): Partial<RunContext> => ({
      ...faultWith({
        inject: async (host) => void Object.assign(host, { ranOutOfMemory: async () => is }),
      }),
      causes: [],
    })
    expect((await play(starved(false))).verdict).to.equal('failed')
    const record = await play(starved(true))
    expect(record.verdict).to.equal('broken')
    expect(record.reason).to.match(/^stage latent: the host ran out of memory/)
  })

  it('so is one where this machine was too busy for a healthy host to answer', async () => {
    const slow = (stage: string) =>
      fakeProvider((script, host) =>
        script.includes('dockfault-evidence') && host.state === stage
          ? { stdout: bundleOf(host).replace('--- end units 0', '--- end units 124') }
          : respond(script, host),
      )
    const record = await play({ provider: slow('healthy'), causes: [everywhere] })
    expect(record.verdict).to.equal('broken')
    expect(record.reason).to.match(/^stage healthy: this machine is too busy: on a healthy host, units did not/)
    // Later the fault itself may be what makes a section late.
    const later = await play({ provider: slow('broken'), causes: [] }, { latent: undefined })
    expect(later.reason).to.match(/^stage broken: /)
    expect(later.verdict).to.equal('failed')
  })
})

describe('detectors from outside', () => {
  const answering = (
    result: (state: string) => { code?: number; stdout?: string } | undefined,
  ): Partial<RunContext> => ({
    outside: [commandAdapter('check --all'), { ...commandAdapter('check --kernel'), programs: ['nowhere'] }],
    provider: fakeProvider((script, host) => {
      if (script === 'check --all') return result(host.state)
      if (script.includes('command -v nowhere')) return { stdout: 'nowhere\n' }
      return respond(script, host)
    }),
  })
  const answers = (record: CellRecord) =>
    record.outside!.map(({ detector, stage, status, named }) => [detector, stage, status, ...named])

  it('run wherever the state of the host is known, and are skipped with the reason where they cannot run', async () => {
    const record = await play(answering((state) => ({ code: state === 'broken' ? 1 : 0 })))
    expect(answers(record)).to.deep.equal([
      ['check --all', 'healthy', 'answer'],
      ['check --kernel', 'healthy', 'skipped'],
      ['check --all', 'latent', 'answer'],
      ['check --kernel', 'latent', 'skipped'],
      ['check --all', 'broken', 'answer', 'sick'],
      ['check --kernel', 'broken', 'skipped'],
    ])
    expect(record.outside![1]!.detail).to.equal('nowhere is not on the host')
    expect(record.verdict).to.equal('passed')
  })

  it('that crash or are wrong each time are recorded so, and fail nothing', async () => {
    const record = await play(answering((state) => ({ code: state === 'healthy' ? 1 : 139 })))
    expect(answers(record).filter(([, , status]) => status !== 'skipped')).to.deep.equal([
      ['check --all', 'healthy', 'answer', 'sick'],
      ['check --all', 'latent', 'error'],
      ['check --all', 'broken', 'error'],
    ])
    expect(record.verdict).to.equal('passed')
  })

  it('run after the evidence is collected, and before the probes that change the host', async () => {
    const order: string[] = []
    const context = answering(() => undefined)
    const recording: RunContext['provider'] = {
      ...context.provider!,
      provision: async (options) => {
        const host = await context.provider!.provision(options)
        const exec = host.exec.bind(host)
        host.exec = (script) => {
          order.push(...(/^check --all$|^ask [\w-]+$|dockfault-evidence/.exec(script) ?? []))
          return exec(script)
        }
        return host
      },
    }
    const changing = { ...probe('new-network', 'pass'), changes: true }
    const healthy = { ...cell.healthy, probes: { ...cell.healthy.probes, 'new-network': 'pass' as const } }
    await play({ ...context, provider: recording, probes: [changing, ...probes] }, { healthy })
    expect(order.slice(0, 5)).to.deep.equal([
      'ask egress-tcp',
      'ask isolation',
      'dockfault-evidence',
      'check --all',
      'ask new-network',
    ])
  })

  it('leave no trace in a record where none runs', async () => {
    expect(await play()).to.not.have.property('outside')
  })
})
