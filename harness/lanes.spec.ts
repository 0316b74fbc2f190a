import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Provider } from './hosts/host.ts'
import {
  type Before,
  depmod,
  due,
  ended,
  fixes,
  Gates,
  inTurn,
  playerIn,
  reboot,
  reinstall,
} from './lanes.spec-data.ts'
import { stagesOf } from './run.ts'
import { cell, respond } from './stale-cell.spec-data.ts'

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-lanes-spec-'))
// Under `npm run mutants` one process runs a spec many times.
before(() => void mkdirSync(logDir, { recursive: true }))
after(() => rmSync(logDir, { recursive: true }))
const play = playerIn(logDir)
const withStates = () => fakeProvider(respond, { states: true })
const allDisposed = ({ made }: { made: FakeHost[] }): boolean => made.every(({ disposed }) => disposed)

// What waits for a gate that nobody opens would wait for ever, and so would the spec if the run waited for that.
const never = 'never'

describe('the hosts of fixes side by side', function () {
  this.timeout(60_000)

  it('are their own where the provider keeps no state, and one after the other where it cannot fork', async () => {
    const stateless = fakeProvider(respond)
    const beside = await play({ provider: stateless, before: inTurn(depmod, reinstall, reboot) }, 3)
    expect(beside.most).to.equal(3)
    expect(stateless.made).to.have.length(3)
    const states = withStates()
    const cold = await play({ provider: states, cold: true }, 2)
    expect(cold.most).to.equal(2)
    expect(states.made).to.have.length(3)
    const { fork: _, ...without } = withStates()
    expect((await play({ provider: without }, 3)).most).to.equal(1)
    for (const { record } of [beside, cold]) expect(record.verdict).to.equal('passed')
    expect([stateless, states].map(allDisposed)).to.deep.equal([true, true])
  })

  it('are given up where work is under way after a fix that is broken', async () => {
    const provider = withStates()
    const breaking: Before = async (fix, gates) => {
      await gates.opened(...(fix === reboot ? [due(reinstall), due(depmod)] : [never]))
      throw new Error('of the lab')
    }
    const { record } = await play({ provider, before: breaking }, 3)
    expect(record.stages.at(-1)).to.include({ name: reboot, verdict: 'broken' })
    expect(provider.made).to.have.length(3)
    expect(allDisposed(provider)).to.equal(true)
  })

  it('are all ended by an interruption, and fixes that had ended stay in the record', async () => {
    const abort = new AbortController()
    const provider = withStates()
    const gates = new Gates()
    const others: Before = (fix) => gates.opened(...(fix === depmod ? [due(reboot), due(reinstall)] : [never]))
    const interrupting = gates.opened(ended(depmod)).then(() => abort.abort(new Error('Ctrl-C')))
    const { record, thrown } = await play({ provider, before: others, gates, signal: abort.signal }, 3)
    await interrupting
    expect(thrown).to.have.property('message', 'Ctrl-C')
    expect(record.stages.map(({ name }) => name)).to.deep.equal([...stagesOf(cell).slice(0, 5), depmod])
    expect(provider.made).to.have.length(3)
    expect(allDisposed(provider)).to.equal(true)
  })

  it('end while they are still being made when nobody waits for them any more', async () => {
    const provider = withStates()
    const late: Provider = {
      ...provider,
      // Never comes unless it is aborted.
      fork: async (host, name, options) => {
        gates.open('forking')
        await new Promise<void>((resolve) => {
          options.signal.addEventListener('abort', () => resolve(), { once: true })
        })
        // The host comes when everything else has been ended.
        await setImmediate()
        return provider.fork!(host, name, options)
      },
    }
    const gates = new Gates()
    const breaking: Before = async () => {
      await gates.opened('forking')
      throw new Error('of the lab')
    }
    const { record } = await play({ provider: late, before: breaking, gates }, 2)
    expect(record.verdict).to.equal('broken')
    expect(provider.made).to.have.length(2)
    expect(allDisposed(provider)).to.equal(true)
  })

  it('are no more than there were once their reader has left', async () => {
    const stateless = fakeProvider(respond)
    const gates = new Gates()
    const provider: Provider = {
      ...stateless,
      provision: async (options) => {
        const host = (await stateless.provision(options)) as FakeHost
        const dispose = host[Symbol.asyncDispose].bind(host)
        const isFirst = stateless.made.length === 1
        host[Symbol.asyncDispose] = async () => {
          gates.open(isFirst ? 'removing the first' : 'removing the second')
          // The second host is removed when the reader has left. Meanwhile the third fix has the time to make another.
          await (isFirst ? gates.opened('removing the second') : setImmediate())
          await dispose()
        }
        return host
      },
    }
    // The third fix begins by removing the first one's host.
    const waiting: Before = async (fix) => {
      if (fix === reinstall) await gates.opened('removing the first')
    }
    const played = await play({ provider, before: waiting, gates }, 2, { leave: reinstall })
    await setImmediate()
    expect(played.started).to.deep.equal(stagesOf(cell))
    expect(played.ended).to.deep.equal(stagesOf(cell, reinstall))
    expect(stateless.made).to.have.length(2)
    expect(allDisposed(stateless)).to.equal(true)
  })

  it('let a visitor in where the last fix of the scenario left its own, and keep that one', async () => {
    for (const order of [fixes, fixes.toReversed()]) {
      const provider = withStates()
      const left: unknown[] = []
      const leaving: Provider = { ...provider, leave: async (host) => void left.push(host) }
      const visit = async (host: object): Promise<void> => void left.push(host)
      const before = inTurn(...order.filter((fix) => fix !== depmod))
      const { record } = await play({ provider: leaving, before, keep: 'always' }, 2, { until: reinstall, visit })
      expect(record.stages.at(-1)!.name).to.equal(reinstall)
      expect(left[0] === provider.made[1] && left[1] === provider.made[1], 'it is the second').to.equal(true)
      expect(left).to.have.length(2)
      expect(provider.made.map(({ boots, disposed }) => ({ boots, disposed }))).to.deep.equal([
        { boots: 2, disposed: true },
        { boots: 1, disposed: false },
      ])
    }
  })
})
