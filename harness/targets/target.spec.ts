import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import { bySsh, thisMachine } from './target.ts'

describe('a target', () => {
  const root = process.getuid?.() === 0

  it('runs a script of any length as root, with the script’s own input', async function () {
    if (!root) skipped(this, 'it takes root')
    const long = `# ${'x'.repeat(60_000)}\nid -u; cat`
    const { code, stdout } = await thisMachine().exec(long, { input: `first\n${'y'.repeat(300_000)}\n` })
    expect(code).to.equal(0)
    expect(stdout).to.equal(`0\nfirst\n${'y'.repeat(300_000)}\n`)
  })

  it('hides the rest of the script from the programs that it starts', async function () {
    if (!root) skipped(this, 'it takes root')
    expect((await thisMachine().exec('cat; echo é; exit 3')).stdout).to.equal('é\n')
    expect((await thisMachine().exec('exit 3')).code).to.equal(3)
  })

  it('gives up at the deadline', async function () {
    if (!root) skipped(this, 'it takes root')
    const failed = await thisMachine()
      .exec('sleep 30', { deadlineMs: 200 })
      .catch((error: unknown) => error)
    expect(String(failed)).to.contain('did not answer within 0.2 s')
  })

  it('does not take an option of ssh for a host', () => {
    for (const name of ['-oProxyCommand=date', '', ' ']) expect(() => bySsh(name)).to.throw(/not a destination/)
  })

  it('fails with the message of ssh where ssh cannot connect', async () => {
    const failed = (await bySsh('nobody@127.0.0.1', '/dev/null')
      .exec('true')
      .catch((error: unknown) => error)) as { message: string; exitCode: number; hint: string }
    expect(failed.message).to.match(/^cannot connect to nobody@127\.0\.0\.1 by ssh/)
    expect(failed.exitCode).to.equal(2)
    expect(failed.hint).to.contain('collect.sh')
  })
})
