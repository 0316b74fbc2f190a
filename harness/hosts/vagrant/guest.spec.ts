import { expect } from 'chai'
import { Guest, unframe } from './guest.ts'
import type { Ssh } from './ssh.ts'

describe('a command over ssh', () => {
  it('brings its error output and exit code in a frame', () => {
    expect(unframe('motd\n\x02to err\n\x033\n')).to.deep.equal({ text: 'to err\n', code: 3 })
    expect(unframe('\x02\x03255\n')).to.deep.equal({ text: '', code: 255 })
  })

  it('may print the frame’s own characters', () => {
    expect(unframe('\x02a\x02b\x03c\x030\n')).to.deep.equal({ text: 'a\x02b\x03c', code: 0 })
  })

  it('is no result where the frame is not whole: the connection was lost', () => {
    for (const said of ['', 'Connection reset by peer\n', '\x02half', '\x02half\x03', '\x031\n'])
      expect(() => unframe(said), JSON.stringify(said)).to.throw(/the connection to the host was lost/)
    expect(() => unframe('kex_exchange: reset\n')).to.throw('kex_exchange: reset')
  })

  it('has its deadline multiplied, and more patience, on a slow host', async () => {
    const asked: { command: string; patienceMs: number }[] = []
    const ssh = {
      run: async (command: string, _: unknown, patienceMs: number) => {
        asked.push({ command, patienceMs })
        return { stdout: Buffer.from('out'), stderr: Buffer.from('\x02\x030\n') }
      },
    } as unknown as Ssh
    await new Guest(ssh, 6).exec('true', { deadlineMs: 1000 })
    await new Guest(ssh, 1).exec('true', { deadlineMs: 1000 })
    expect(asked[0]!.command).to.match(/ dockfault 6 \S+ true 12$/)
    expect(asked[1]!.command).to.match(/ dockfault 1 \S+ true ''$/)
    expect(asked[0]!.patienceMs).to.be.greaterThan(6000)
  })
})
