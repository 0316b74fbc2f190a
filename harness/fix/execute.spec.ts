import { expect } from 'chai'
import type { Facts } from '../evidence/facts.ts'
import { FakeHost } from '../hosts/fake.ts'
import { execute } from './execute.ts'

const facts = { uplink: 'wan0' } as Facts
const steps = ({ uplink }: Facts): string[] => ['first', `second ${uplink}`, 'third']

describe('the executor', () => {
  it('runs the steps that are made for a host, in their order', async () => {
    const host = new FakeHost(() => undefined)
    expect(await execute(steps(facts), host)).to.deep.equal({ done: ['first', 'second wan0', 'third'] })
    expect(host.scripts).to.deep.equal(['first', 'second wan0', 'third'])
  })

  it('ends at the first that fails, with its error', async () => {
    const host = new FakeHost((script) =>
      script.startsWith('second') ? { code: 3, stderr: 'no such link' } : undefined,
    )
    expect(await execute(steps(facts), host)).to.deep.equal({
      done: ['first'],
      failed: { step: 'second wan0', code: 3, stderr: 'no such link' },
    })
    expect(host.scripts).to.deep.equal(['first', 'second wan0'])
  })

  it('passes on what each step prints, the failing one included, and gives each of them minutes', async () => {
    const printed: string[] = []
    const deadlines: (number | undefined)[] = []
    const host = new FakeHost((script) => ({ code: script === 'third' ? 1 : 0, stdout: `${script};`, stderr: 'e' }))
    const shell = {
      exec: (script: string, options?: { deadlineMs?: number }) => {
        deadlines.push(options?.deadlineMs)
        return host.exec(script)
      },
    }
    await execute(steps(facts), shell, (output) => printed.push(output))
    expect(printed).to.deep.equal(['first;e', 'second wan0;e', 'third;e'])
    for (const deadline of deadlines) expect(deadline).to.be.at.least(60_000)
    expect(deadlines).to.have.length(3)
  })

  it('does nothing where there is nothing to do', async () => {
    const host = new FakeHost(() => undefined)
    expect(await execute([], host)).to.deep.equal({ done: [] })
    expect(host.scripts).to.deep.equal([])
  })
})
