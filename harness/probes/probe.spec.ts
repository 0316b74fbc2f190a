import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { inContainer } from './container.ts'
import { judge, type Probe, runProbe, runProbes } from './probe.ts'

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

describe('the result of a probe', () => {
  const probe: Probe = { name: 'a', script: '', failCodes: [1, 124], answer: /^served$/m, deadlineMs: 1000 }
  const result = (code: number, stdout = '', stderr = '') => ({ code, stdout, stderr, durationMs: 7 })

  it('is a pass only with the answer that the probe waits for', () => {
    expect(judge(probe, result(0, 'hello\nserved\n'))).to.equal('pass')
    expect(judge(probe, result(0, 'unserved'))).to.equal('fail')
    // What a tool complains of is no answer.
    expect(judge(probe, result(0, '', 'served'))).to.equal('fail')
    const { answer: _, ...any } = probe
    expect(judge(any, result(0))).to.equal('pass')
  })

  it('is a failure by the tool’s own exit codes, and an error by any other', () => {
    expect([1, 124].map((code) => judge(probe, result(code, 'served')))).to.deep.equal(['fail', 'fail'])
    expect([2, 127, 137].map((code) => judge(probe, result(code)))).to.deep.equal(['error', 'error', 'error'])
  })

  it('has the last two lines that hold something, and the exit code where it is none of success', async () => {
    const detailOf = async (code: number, stdout: string, stderr = ''): Promise<string> => {
      const seen = await runProbe(new FakeHost(() => result(code, stdout, stderr)), probe)
      expect(seen).to.deep.include({ name: 'a', durationMs: 7, outcome: judge(probe, result(code, stdout)) })
      return seen.detail
    }
    expect(await detailOf(0, 'one\n  two  \n\nthree\n000\n')).to.equal('two · three')
    expect(await detailOf(1, 'out', 'err\n')).to.equal('exit 1: out · err')
    expect(await detailOf(124, '', '0\n')).to.equal('exit 124')
    expect(await detailOf(0, '100\n001\n')).to.equal('100 · 001')
    expect(await detailOf(0, `${'x'.repeat(500)}`)).to.have.length(300)
    expect(await detailOf(0, '\x1b[31mred\x1b[0m')).to.equal('red')
  })
})
