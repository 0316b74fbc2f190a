import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { exit } from './lib/errors.ts'

const main = new URL('./main.ts', import.meta.url).pathname

describe('the command line', function () {
  this.timeout(60_000)

  it('goes on to its end when nobody reads what it says any more', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'no-such-command'])
    child.stderr.destroy()
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).to.equal(exit.usage)
  })

  it('tells what a command does where help is asked for, and does it not', async () => {
    const { exitCode, stdout } = await execa(process.execPath, ['--import', 'tsx', main, 'down', '--help'])
    expect(exitCode).to.equal(0)
    expect(stdout).to.match(/^npm run down\n/)
    const wrong = await execa(process.execPath, ['--import', 'tsx', main, 'down', 'it'], { reject: false })
    expect(wrong.exitCode).to.equal(exit.usage)
    expect(wrong.stderr).to.match(/options: npm run down -- --help/)
  })

  it('names itself in its help as it was called', async () => {
    const bin = new URL('../bin/dockfault.js', import.meta.url).pathname
    // The clone itself may be below tmpdir().
    const cwd = mkdtempSync(join(tmpdir(), 'dockfault-elsewhere-'))
    const { stdout } = await execa(process.execPath, [bin, 'run', '--help'], { cwd })
    rmSync(cwd, { recursive: true })
    expect(stdout).to.contain(`node ${bin} run <cell> [options]\n`)
  })

  it('keeps reports in the working folder, or in the folder that is named, and never beside itself', async () => {
    const bin = new URL('../bin/dockfault.js', import.meta.url).pathname
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'dockfault-reports-')))
    const report = (args: string[], env = {}) =>
      execa(process.execPath, [bin, 'report', ...args], { cwd: dir, env, reject: false })
    expect((await report([])).stderr).to.contain(`cannot read ${dir}/reports/latest as a record`)
    expect((await report(['--reports', 'mine'])).stderr).to.contain(`cannot read ${dir}/mine/latest as a record`)
    expect((await report([], { DOCKFAULT_REPORTS: '/nonexistent' })).stderr).to.contain(
      'cannot read /nonexistent/latest',
    )
    rmSync(dir, { recursive: true })
  })
})
