import { existsSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { reportsDir } from '../session.ts'
import matrix from './matrix.ts'

describe('matrix', function () {
  this.timeout(60_000)
  // Only runs of this process, because others may run at the same time.
  const runs = (): string[] =>
    existsSync(reportsDir) ? readdirSync(reportsDir).filter((name) => name.endsWith(`-${process.pid}`)) : []

  const refusals: [args: string, exitCode: number, words: RegExp][] = [
    ['--jobs 0', 64, /--jobs 0: not a whole number of at least 1/],
    ['--shard 4/3', 64, /--shard 4\/3: not a valid part/],
    ['--select debian12-healthy --shard 2/2', 3, /shard 2\/2 has no cell/],
    ['--pairs x', 64, /--pairs x: not a whole number of at least 0/],
    ['--pairs 2 --seed x', 64, /--seed x: not a whole number of at least 0/],
    ['--seed 2', 64, /--seed needs --pairs/],
    ['--select pair --pairs 0', 3, /--pairs 0 leaves no cell/],
    ['--repeat 0', 64, /--repeat 0/],
    ['--retry-broken x', 64, /--retry-broken x/],
    ['--provider docker', 64, /not one of container/],
    ['--until fix:reboot', 64, /not one of provision/],
    ['--select nothing-at-all', 3, /no cell matches/],
    ['debian12-healthy', 64, /debian12-healthy is not an option/],
    ['--resume --select debian12-healthy', 64, /--select cannot change with --resume/],
    ['--resume --detector x', 64, /--detector cannot change with --resume/],
    ['--resume no-such-run', 64, /no run no-such-run that can be resumed/],
  ]
  for (const [args, exitCode, words] of refusals)
    it(`refuses ${args}, and starts nothing`, async () => {
      const error = await matrix(args.split(' '), new AbortController().signal).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(LabError).and.include({ exitCode })
      expect((error as LabError).message).to.match(words)
      expect(runs()).to.deep.equal([])
    })
})
