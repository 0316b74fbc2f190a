import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { awaken, present, program } from './present.ts'

describe('the present of a guest', () => {
  let dir: string
  let server: Server | undefined
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'dockfault-'))))
  afterEach(() => {
    server?.close()
    rmSync(dir, { recursive: true })
  })

  /** A console on which this answers. */
  async function console(answer: (line: string, socket: Socket) => void): Promise<string> {
    const path = join(dir, 'wake')
    const listening = createServer((socket) => socket.on('data', (line) => answer(String(line), socket)))
    server = listening
    await new Promise<void>((resolve) => listening.listen(path, resolve))
    return path
  }

  it('is the time of now, and a number that nobody drew before', () => {
    const [seconds, nanoseconds, seed] = present().trim().split(' ')
    expect(Number(seconds) + Number(nanoseconds) / 1e9).to.be.closeTo(Date.now() / 1000, 1)
    expect(seed).to.match(/^[0-9a-f]{64}$/)
    expect(present().trim().split(' ')[2]).to.not.equal(seed)
  })

  it('is told on a console, and believed when it is taken', async () => {
    const lines: string[] = []
    const path = await console((line, socket) => {
      lines.push(line)
      socket.write('o')
      socket.write('k\n')
    })
    expect(await awaken(path, 1000)).to.equal(true)
    expect(lines).to.have.length(1)
    expect(lines[0]).to.match(/^\d+ \d+ [0-9a-f]{64}\n$/)
  })

  it('has not come where that is refused, or nobody is there', async () => {
    expect(await awaken(await console((_, socket) => socket.write('clock_settime: no\n')), 1000)).to.equal(false)
    server!.close()
    expect(await awaken(await console(() => {}), 20)).to.equal(false)
  })

  it('says why it does not come, and is asked again', () => {
    // What is no time, the kernel refuses: this machine's clock stays as it is.
    const said = execFileSync('perl', ['-e', program], { input: '-1 -1 x\n0 9999999999 x\n', encoding: 'utf8' })
    expect(said).to.match(/^(clock_settime: .+\n){2}$/)
  })
})
