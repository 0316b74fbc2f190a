import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import staleKernel from './causes/stale-kernel/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { execute } from './fix/execute.ts'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Provider } from './hosts/host.ts'
import type { Fault } from './injection/fault.ts'
import { sleep } from './lib/retry.ts'
import type { CellRecord } from './results/record.ts'
import { type RunCellOptions, runStages, stagesOf } from './run.ts'
import { blank } from './session.ts'
import { cell, probes, respond } from './stale-cell.spec-data.ts'

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-lanes-spec-'))
after(() => rmSync(logDir, { recursive: true }))

interface Played {
  record: CellRecord
  /** Stages as they started, and as they ended. */
  started: string[]
  ended: string[]
  /** The most fixes that ran at once. */
  most: number
  thrown?: unknown
}

async function play(
  change: Partial<RunContext> & { provider: Provider },
  lanes: number,
  options: RunCellOptions = {},
  leave?: { after: string; done: () => void },
): Promise<Played> {
  const context: RunContext = {
    faults: { 'stale-kernel': staleKernel as Fault },
    causes: [staleKernel.cause!],
    probes,
    logDir,
    signal: new AbortController().signal,
    progress: () => {},
    lanes: () => lanes,
    ...change,
  }
  const record = blank(cell, 'fake', 'none')
  const played: Played = { record, started: [], ended: [], most: 0 }
  const starts = (name: string): void => {
    played.started.push(name)
    played.most = Math.max(played.most, played.started.length - played.ended.length)
  }
  try {
    for await (const { name } of runStages(cell, context, record, { ...options, starts })) {
      played.ended.push(name)
      if (name !== leave?.after) continue
      leave.done()
      break
    }
  } catch (error) {
    played.thrown = error
  }
  return played
}

/** Runs the steps of each fix after so many ms; a number for each fix, in the scenario's order. */
const slow =
  (ms: readonly [reboot: number, reinstall: number, depmod: number]): RunContext['execute'] =>
  async (steps, shell) => {
    await sleep(ms[steps.length === 0 ? 0 : steps.join().includes('--reinstall') ? 1 : 2])
    return execute(steps, shell)
  }

/** A record without what differs from run to run. */
const timeless = (record: CellRecord): unknown =>
  JSON.parse(
    JSON.stringify(record, (key, value) =>
      ['durationMs', 'savedMs', 'bootId'].includes(key) ? undefined : (value as unknown),
    ),
  )

const fixes = cell.fixes.map(({ use }) => `fix:${use}`)
const withStates = () => fakeProvider(respond, { states: true })

describe('fixes side by side', () => {
  it('have the same record as one after the other, whichever ends first', async () => {
    const alone = await play({ provider: withStates() }, 1)
    expect(alone.most).to.equal(1)
    expect(alone.record.verdict).to.equal('passed')
    for (const lanes of [2, 3, 9]) {
      const beside = await play({ provider: withStates(), execute: slow([60, 30, 1]) }, lanes)
      expect(beside.most).to.equal(Math.min(lanes, 3))
      expect(beside.ended).to.not.deep.equal(stagesOf(cell))
      expect(beside.started).to.deep.equal(stagesOf(cell))
      expect(timeless(beside.record)).to.deep.equal(timeless(alone.record))
      expect(beside.record.facts.after!.bootId).to.not.equal(beside.record.facts.bootId)
    }
  })

  it('stand on hosts of their own where the provider keeps no state, and on one after the other where it cannot fork', async () => {
    const stateless = fakeProvider(respond)
    const beside = await play({ provider: stateless, execute: slow([60, 30, 1]) }, 3)
    expect(beside.most).to.equal(3)
    expect(stateless.made).to.have.length(3)
    const states = withStates()
    const cold = await play({ provider: states, cold: true }, 2)
    expect(cold.most).to.equal(2)
    expect(states.made).to.have.length(3)
    const { fork: _, ...without } = withStates()
    expect((await play({ provider: without }, 3)).most).to.equal(1)
    for (const { record } of [beside, cold]) expect(record.verdict).to.equal('passed')
    for (const host of [...stateless.made, ...states.made]) expect(host.disposed).to.equal(true)
  })

  it('share nothing: one that wrecks its host changes no other', async () => {
    const wrecking: RunContext['execute'] = async (steps, shell) => {
      await sleep(20)
      // The first fix, the reboot, has no steps.
      if (steps.length === 0) (shell as FakeHost).state = 'wrecked'
      await sleep(20)
      return execute(steps, shell)
    }
    const hosts = (wrecked: boolean) => (script: string, host: FakeHost) =>
      wrecked && host.state === 'wrecked' && script.startsWith('ask')
        ? { code: script.includes('isolation') ? 0 : 1 }
        : script === 'reboot' && host.state === 'wrecked'
          ? undefined
          : respond(script, host)
    const seen = ({ record }: Played) => record.fixes.map(({ name, observed }) => `${name} ${observed}`)
    const apart = await play({ provider: fakeProvider(hosts(true), { states: true }), execute: wrecking }, 3)
    expect(seen(apart)).to.deep.equal(['reboot worsens', 'reinstall-running-kernel cures', 'depmod no-effect'])
    expect(apart.record.reason).to.match(/^stage fix:reboot:/)
    // The check can fail: here three lanes share one host.
    const one = fakeProvider(hosts(true), { states: true })
    const shared = await play({ provider: { ...one, fork: async (host) => host }, execute: wrecking }, 3)
    expect(seen(shared)).to.not.deep.equal(seen(apart))
  })

  it('end with one that is broken: what comes before it goes on, and what comes after it leaves no trace', async () => {
    const breaking: RunContext['execute'] = async (steps, shell) => {
      const isBreaking = steps.join().includes('--reinstall')
      // With three lanes, the fix after it in the order ends before it.
      await sleep(steps.length === 0 ? 90 : isBreaking ? 60 : 1)
      if (isBreaking) throw new Error('of the lab')
      return execute(steps, shell)
    }
    for (const lanes of [1, 2, 3]) {
      const provider = withStates()
      const { record, thrown } = await play({ provider, execute: breaking }, lanes)
      expect(thrown).to.equal(undefined)
      expect(record.stages.map(({ name }) => name)).to.deep.equal(stagesOf(cell, fixes[1]))
      expect(record.fixes.map(({ observed }) => observed)).to.deep.equal(['cures', 'error'])
      expect(record.probes.some(({ stage }) => stage === fixes[2])).to.equal(false)
      expect(record).to.include({ verdict: 'broken', reason: `stage ${fixes[1]}: of the lab` })
      for (const host of provider.made) expect(host.disposed).to.equal(true)
    }
  })

  it('give up what is under way after one that is broken', async () => {
    const provider = withStates()
    const began = Date.now()
    const breaking: RunContext['execute'] = async (steps, shell) => {
      if (steps.length === 0) throw new Error('of the lab')
      await sleep(5000)
      return execute(steps, shell)
    }
    const { record } = await play({ provider, execute: breaking }, 3)
    expect(Date.now() - began).to.be.below(4000)
    expect(record.stages.at(-1)).to.include({ name: fixes[0], verdict: 'broken' })
    expect(provider.made).to.have.length(3)
    for (const host of provider.made) expect(host.disposed).to.equal(true)
  })

  it('are all ended by an interruption, and those that had ended stay in the record', async () => {
    const abort = new AbortController()
    const provider = withStates()
    const interrupting: RunContext['execute'] = async (steps, shell) => {
      const kind = steps.length === 0 ? 0 : steps.join().includes('--reinstall') ? 1 : 2
      if (kind === 1) await sleep(5000)
      if (kind === 2) setTimeout(() => abort.abort(new Error('Ctrl-C')), 50)
      await sleep(kind === 0 ? 5000 : 1)
      return execute(steps, shell)
    }
    const began = Date.now()
    const { record, thrown } = await play({ provider, execute: interrupting, signal: abort.signal }, 3)
    expect(thrown).to.have.property('message', 'Ctrl-C')
    expect(Date.now() - began).to.be.below(4000)
    expect(record.stages.map(({ name }) => name)).to.deep.equal([...stagesOf(cell).slice(0, 5), fixes[2]])
    expect(provider.made).to.have.length(3)
    for (const host of provider.made) expect(host.disposed).to.equal(true)
  })

  it('end a host that is still being made when nobody waits for it any more', async () => {
    const provider = withStates()
    const breaking: RunContext['execute'] = async () => Promise.reject(new Error('of the lab'))
    const late: Provider = {
      ...provider,
      fork: async (host, name, options) => {
        // Takes 5 s, or ends at once when it is aborted.
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 5000)
          const stop = (): void => {
            clearTimeout(timer)
            resolve()
          }
          options.signal.addEventListener('abort', stop, { once: true })
        })
        return provider.fork!(host, name, options)
      },
    }
    const began = Date.now()
    const { record } = await play({ provider: late, execute: breaking }, 2)
    expect(Date.now() - began).to.be.below(4000)
    expect(record.verdict).to.equal('broken')
    expect(provider.made).to.have.length(2)
    for (const host of provider.made) expect(host.disposed).to.equal(true)
  })

  it('make no other host once their reader has left', async () => {
    let isLeft = false
    const stateless = fakeProvider(respond)
    const provider: Provider = {
      ...stateless,
      provision: async (options) => {
        const host = (await stateless.provision(options)) as FakeHost
        const dispose = host[Symbol.asyncDispose].bind(host)
        host[Symbol.asyncDispose] = async () => {
          while (!isLeft) await sleep(5)
          // Long enough for the reader to leave.
          await sleep(30)
          await dispose()
        }
        return host
      },
    }
    const done = (): void => {
      isLeft = true
    }
    const leave = { after: fixes[1]!, done }
    const { ended } = await play({ provider, execute: slow([1, 40, 1]) }, 2, {}, leave)
    expect(ended).to.deep.equal(stagesOf(cell, fixes[1]))
    await sleep(100)
    // The third fix had begun to remove the first one's host.
    expect(stateless.made).to.have.length(2)
    for (const host of stateless.made) expect(host.disposed).to.equal(true)
  })

  it('let a visitor in where the last of them left its host, and keep that one', async () => {
    const provider = withStates()
    const left: unknown[] = []
    const leaving: Provider = { ...provider, leave: async (host) => void left.push(host) }
    const visit = async (host: object): Promise<void> => void left.push(host)
    const options = { until: fixes[1]!, visit }
    const { record } = await play({ provider: leaving, execute: slow([1, 60, 1]), keep: 'always' }, 2, options)
    expect(record.stages.at(-1)!.name).to.equal(fixes[1])
    expect(left[0] === provider.made[1] && left[1] === provider.made[1], 'it is the second').to.equal(true)
    expect(left).to.have.length(2)
    expect(provider.made.map(({ boots, disposed }) => ({ boots, disposed }))).to.deep.equal([
      { boots: 2, disposed: true },
      { boots: 1, disposed: false },
    ])
  })

  it('leave their logs where those of the cell are', async () => {
    const provider = withStates()
    const writing: Provider = {
      ...provider,
      fork: async (host, name, options) => {
        await mkdir(options.logDir, { recursive: true })
        writeFileSync(join(options.logDir, 'console.log'), 'booted\nin a lane\n')
        writeFileSync(join(options.logDir, 'journal.txt'), 'of a lane\n')
        return provider.fork!(host, name, options)
      },
    }
    writeFileSync(join(logDir, 'console.log'), 'booted\nrebooted\n')
    writeFileSync(join(logDir, 'journal.txt'), 'of the first\n')
    await play({ provider: writing, execute: slow([60, 60, 1]) }, 3)
    expect(readFileSync(join(logDir, 'console.log'), 'utf8')).to.equal('booted\nrebooted\nin a lane\nin a lane\n')
    expect(readFileSync(join(logDir, 'journal.txt'), 'utf8')).to.equal('of a lane\n')
    expect(readdirSync(logDir).filter((name) => name.startsWith('lane-'))).to.deep.equal([])
    for (const name of fixes) expect(existsSync(join(logDir, `${name.replace(':', '-')}.bundle`)), name).to.equal(true)
  })

  it('name the fix of each line of progress', async () => {
    const lines: string[] = []
    const progress = (line: string, stage?: string): void => void lines.push(`${stage} | ${line}`)
    await play({ provider: withStates(), execute: slow([60, 30, 1]), progress }, 3)
    for (const name of fixes) expect(lines).to.include(`${name} | probing`)
  })
})
