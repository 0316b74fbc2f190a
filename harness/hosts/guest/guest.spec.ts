import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { LabError } from '../../lib/errors.ts'
import { Guest } from './guest.ts'
import { linkOver } from './link.ts'
import { Runner, runnerProgram, type Script } from './runner.ts'

describe('a guest', () => {
  it('gets its deadline multiplied, and more patience where it is slow', async () => {
    const runs: unknown[] = []
    const runner = {
      async run({ seconds, patience }: Script, patienceMs: number) {
        runs.push({ seconds, patience, patienceMs })
        return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
      },
    } as unknown as Runner
    for (const slow of [6, 1]) await new Guest(runner, slow).exec('true', { deadlineMs: 1500 })
    expect(runs).to.deep.equal([
      { seconds: 9, patience: 12, patienceMs: 189_000 },
      { seconds: 2, patience: undefined, patienceMs: 31_500 },
    ])
  })

  describe('by the process that runs its scripts', () => {
    let dir: string
    let runner: Runner
    let guest: Guest
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'dockfault-guest-'))
      runner = new Runner(async () => linkOver(spawn('perl', ['-e', runnerProgram], { stdio: 'pipe' })))
      guest = new Guest(runner, 1)
    })
    afterEach(() => {
      runner.close()
      rmSync(dir, { recursive: true })
    })

    it('is written to whole, and read byte for byte', async () => {
      // Two pieces and a part, exactly two pieces, and nothing.
      for (const size of [9_000_001, 8 * 2 ** 20, 0]) {
        const bytes = randomBytes(size)
        const file = join(dir, `it's ${size}/file`)
        await guest.put(file, bytes, 0o640)
        expect(readFileSync(file).equals(bytes)).to.equal(true)
        expect(statSync(file).mode & 0o777).to.equal(0o640)
        expect(Buffer.from(await guest.get(file)).equals(bytes)).to.equal(true)
      }
    })

    it('runs a script that is longer than an argument may be', async () => {
      const { code, stdout } = await guest.exec(`${'# a comment\n'.repeat(20_000)}echo at its end; exit 4`)
      expect({ code, stdout }).to.deep.equal({ code: 4, stdout: 'at its end\n' })
    })

    it('names the file that could not be read', async () => {
      const error = await guest.get(join(dir, 'nothing')).catch((reason: LabError) => reason)
      expect((error as LabError).message).to.match(/^reading .*nothing failed on the host \(exit 1\): .*No such file/)
    })
  })
})
