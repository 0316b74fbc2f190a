import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { inContainer } from './container.ts'
import { runProbes } from './probe.ts'

/** A host that answers only when the spec releases an answer. */
class SlowHost extends FakeHost {
  readonly held = new Map<string, () => void>()

  override async exec(script: string): Promise<{ code: number; stdout: string; stderr: string; durationMs: number }> {
    const command = /\b(?:allowed|refused)\b/.exec(script)?.[0]
    if (command) await new Promise<void>((give) => this.held.set(command, give))
    return { code: command === 'refused' ? 143 : 0, stdout: '', stderr: '', durationMs: 1 }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('asking the probes', () => {
  const probes = [
    inContainer('probe-user', { name: 'a', command: 'allowed' }),
    inContainer('probe-user', { name: 'b', healthy: 'fail', command: 'refused' }),
  ]

  it('uses the time in which a probe waits in vain, and no sooner', async () => {
    const host = new SlowHost(() => undefined)
    let begun = false
    const running = runProbes(host, probes, async () => {
      begun = true
      return 'evidence'
    })
    await turn()
    expect(begun).to.equal(false)
    host.held.get('allowed')!()
    await turn()
    expect(begun).to.equal(true)
    host.held.get('refused')!()
    const [results, value] = await running
    expect(results.map(({ name, outcome }) => `${name} ${outcome}`)).to.deep.equal(['a pass', 'b fail'])
    expect(value).to.equal('evidence')
  })

  it('rejects once when the host is lost', async () => {
    const host = new FakeHost((script) => {
      if (script.includes('allowed')) throw new Error('lost')
      return undefined
    })
    const error = await runProbes(host, probes, async () => 'evidence').catch((reason: Error) => reason)
    expect((error as Error).message).to.equal('lost')
  })
})
