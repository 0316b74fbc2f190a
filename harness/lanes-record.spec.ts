import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Provider } from './hosts/host.ts'
import {
  type Before,
  depmod,
  due,
  fixes,
  inTurn,
  type Played,
  playerIn,
  reboot,
  reinstall,
  timeless,
} from './lanes.spec-data.ts'
import { stagesOf } from './run.ts'
import { cell, respond } from './stale-cell.spec-data.ts'

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-lanes-record-spec-'))
// Under `npm run mutants` one process runs a spec many times.
before(() => void mkdirSync(logDir, { recursive: true }))
after(() => rmSync(logDir, { recursive: true }))
const play = playerIn(logDir)
const withStates = () => fakeProvider(respond, { states: true })
const backwards = inTurn(depmod, reinstall, reboot)

describe('the record of fixes side by side', function () {
  this.timeout(60_000)

  it('is the same as of one after the other, whichever ends first', async () => {
    const alone = await play({ provider: withStates() }, 1)
    expect(alone.most).to.equal(1)
    expect(alone.record.verdict).to.equal('passed')
    for (const lanes of [2, 3, 9]) {
      // In two lanes, the third fix starts only when the second has ended.
      const order = lanes === 2 ? [reinstall, depmod, reboot] : [depmod, reinstall, reboot]
      const beside = await play({ provider: withStates(), before: inTurn(...order) }, lanes)
      expect(beside.most).to.equal(Math.min(lanes, 3))
      expect(beside.ended.slice(-3)).to.deep.equal(order)
      expect(beside.started).to.deep.equal(stagesOf(cell))
      expect(timeless(beside.record)).to.deep.equal(timeless(alone.record))
      expect(beside.record.facts.after!.bootId).to.not.equal(beside.record.facts.bootId)
    }
  })

  it('has nothing of a fix in another: one that wrecks its host changes no other', async () => {
    const wrecking: Before = async (fix, gates, host) => {
      await gates.opened(...fixes.map(due))
      if (fix === reboot) host.state = 'wrecked'
      await inTurn(reboot, depmod, reinstall)(fix, gates, host)
    }
    const wreckable = (script: string, host: FakeHost) =>
      host.state === 'wrecked' && script.startsWith('ask')
        ? { code: script.includes('isolation') ? 0 : 1 }
        : script === 'reboot' && host.state === 'wrecked'
          ? undefined
          : respond(script, host)
    const seen = ({ record }: Played) => record.fixes.map(({ name, observed }) => `${name} ${observed}`)
    const apart = await play({ provider: fakeProvider(wreckable, { states: true }), before: wrecking }, 3)
    expect(seen(apart)).to.deep.equal(['reboot worsens', 'reinstall-running-kernel cures', 'depmod no-effect'])
    expect(apart.record.reason).to.match(/^stage fix:reboot:/)
    // The check can fail: here three lanes share one host.
    const one = fakeProvider(wreckable, { states: true })
    const shared = await play({ provider: { ...one, fork: async (host) => host }, before: wrecking }, 3)
    expect(seen(shared)).to.include('depmod worsens')
  })

  it('ends with one that is broken: what comes before it goes on, and what comes after it leaves no trace', async () => {
    for (const lanes of [1, 2, 3]) {
      // With three lanes, the fix after the broken one ends before it; with two, it never starts.
      const order = lanes === 1 ? [] : lanes === 2 ? [reinstall, reboot] : [depmod, reinstall, reboot]
      const breaking: Before = async (fix, gates, host) => {
        await inTurn(...order)(fix, gates, host)
        if (fix === reinstall) throw new Error('of the lab')
      }
      const provider = withStates()
      const { record, started, thrown } = await play({ provider, before: breaking }, lanes)
      expect(thrown).to.equal(undefined)
      expect(started).to.deep.equal(stagesOf(cell, lanes === 3 ? depmod : reinstall))
      expect(record.stages.map(({ name }) => name)).to.deep.equal(stagesOf(cell, reinstall))
      expect(record.fixes.map(({ observed }) => observed)).to.deep.equal(['cures', 'error'])
      expect(record.probes.some(({ stage }) => stage === depmod)).to.equal(false)
      expect(record).to.include({ verdict: 'broken', reason: `stage ${reinstall}: of the lab` })
      expect(provider.made).to.not.be.empty
      for (const host of provider.made) expect(host.disposed).to.equal(true)
    }
  })

  it('has the logs of all lanes where those of the cell are', async () => {
    const provider = withStates()
    const writing: Provider = {
      ...provider,
      fork: async (host, name, options) => {
        await mkdir(options.logDir, { recursive: true })
        writeFileSync(join(options.logDir, 'console.log'), 'booted\nin a lane\n')
        writeFileSync(join(options.logDir, 'journal.txt'), `of ${basename(options.logDir)}\n`)
        return provider.fork!(host, name, options)
      },
    }
    writeFileSync(join(logDir, 'console.log'), 'booted\nrebooted\n')
    writeFileSync(join(logDir, 'journal.txt'), 'of the first\n')
    await play({ provider: writing, before: backwards }, 3)
    expect(readFileSync(join(logDir, 'console.log'), 'utf8')).to.equal('booted\nrebooted\nin a lane\nin a lane\n')
    // That of the scenario's last fix, though it ended first.
    expect(readFileSync(join(logDir, 'journal.txt'), 'utf8')).to.equal('of lane-3\n')
    expect(readdirSync(logDir).filter((name) => name.startsWith('lane-'))).to.deep.equal([])
    for (const name of fixes) expect(existsSync(join(logDir, `${name.replace(':', '-')}.bundle`)), name).to.equal(true)
  })

  it('names the fix of each line of progress', async () => {
    const lines: string[] = []
    const progress = (line: string, stage?: string): void => void lines.push(`${stage} | ${line}`)
    await play({ provider: withStates(), before: backwards, progress }, 3)
    for (const name of fixes) expect(lines).to.include(`${name} | probing`)
  })
})
