import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
    expect(wrong.stderr).to.match(/npm run down -- --help tells/)
  })
})
