import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { reportsDir } from '../session.ts'
import bisect from './bisect.ts'

const refusal = async (...args: string[]): Promise<LabError> => {
  const error = await bisect(args, new AbortController().signal).catch((thrown: unknown) => thrown)
  if (error instanceof LabError) return error
  return expect.fail(`${args.join(' ')} was taken`)
}

describe('npm run bisect', function () {
  this.timeout(60_000)

  it('refuses what it cannot run before anything starts, with what to write instead', async () => {
    const there = existsSync(reportsDir)
    const scenario = 'iptables-check-broken'
    const wrong = [
      [[], 'name one scenario'],
      [['--over', 'iptables'], 'name one scenario'],
      [[scenario, 'healthy', '--over', 'iptables'], 'name one scenario'],
      [[scenario], 'name what to vary with --over'],
      [[scenario, '--over', 'proxy'], 'not one of iptables, engine, firewalld, kernel'],
      [[scenario, '--over', 'iptables=1.8.13..1.8.7'], '1.8.13 is newer than 1.8.7'],
      [[scenario, '--over', 'iptables=1.8.7..1.9'], '1.9 is not known'],
      [[scenario, '--over', 'iptables', '--host', 'debian9'], 'it is not among debian11, debian12'],
      [[scenario, '--over', 'engine', '--host', 'debian12'], 'each version of engine comes with a host of its own'],
      [[scenario, '--over', 'iptables', '--most', '1'], 'not a whole number of at least 2'],
      [[scenario, '--over', 'iptables', '--jobs', 'all'], 'not a whole number'],
      [[scenario, '--over', 'iptables', '--provider', 'cloud'], 'cloud'],
      [['healthy-legacy', '--over', 'iptables'], 'pins the legacy iptables'],
      [[scenario, '--resume', '--over', 'iptables'], '--over cannot change with --resume'],
      [['--resume', '--most', '4'], '--most cannot change with --resume'],
    ] as const
    let held = 0
    for (const [args, message] of wrong) {
      const error = await refusal(...args)
      expect(error.message, args.join(' ')).to.contain(message)
      expect(error.exitCode, args.join(' ')).to.equal(64)
      held += 1
    }
    expect(held).to.equal(15)
    expect((await refusal('iptables-check-brokn', '--over', 'iptables')).exitCode).to.equal(3)
    expect(existsSync(reportsDir)).to.equal(there)
  })
})
