import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { Guest } from './guest.ts'
import type { Ssh } from './ssh.ts'

describe('a command over ssh', () => {
  it('is run by one process as root, with its deadline multiplied and more patience on a slow host', async () => {
    const asked: string[] = []
    const ssh = {
      start(command: string) {
        asked.push(command.slice(0, 16))
        const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
        stdin.on('data', (chunk: Buffer) => {
          const line = String(chunk)
          asked.push(line)
          if (line.includes('\n')) stdout.write(`${line.split(' ')[0]} 0 3 0\nout`)
        })
        const child = { stdin, stdout, stderr, on: () => child, kill: () => true }
        return child
      },
      close: () => asked.push('closed'),
    } as unknown as Ssh
    for (const slow of [6, 1]) {
      const guest = new Guest(ssh, slow)
      const { code, stdout } = await guest.exec('true', { deadlineMs: 1000 })
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'out' })
      guest.close()
    }
    const each = (request: string) => ['sudo -n perl -e ', request, 'true', 'closed']
    expect(asked).to.deep.equal([...each('1 6 12 4 0\n'), ...each('1 1 0 4 0\n')])
  })
})
