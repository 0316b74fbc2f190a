import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'

const main = new URL('./main.ts', import.meta.url).pathname

describe('the command line', function () {
  this.timeout(60_000)

  it('goes on to its end when nobody reads what it says any more', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'list'], { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', (text: Buffer) => {
      complaints += text.toString()
    })
    child.stdout.destroy()
    const [code] = (await once(child, 'exit')) as [number]
    expect({ code, complaints }).to.deep.equal({ code: 0, complaints: '' })
  })
})
