import { spawn } from 'node:child_process'
import { PassThrough, Readable } from 'node:stream'
import { expect } from 'chai'
import type Dockerode from 'dockerode'
import { hostileTexts } from '../../lib/hostile.spec-data.ts'
import { BareContainer } from '../container/bare-container.ts'
import { Guest } from './guest.ts'
import { type Link, linkOver } from './link.ts'
import { mostErrors, mostOutput } from './most-output.ts'
import { Runner, runnerProgram } from './runner.ts'

const perl = (): Link => linkOver(spawn('perl', ['-e', runnerProgram], { stdio: 'pipe' }))
const messageOfRefusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => expect.fail('it was answered'),
    (error: Error) => error.message,
  )

/** By how many MB the memory of this process grows at most while `work` runs. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  await work().finally(() => clearInterval(timer))
  return (Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20
}

describe('a hostile guest', function () {
  this.timeout(120_000)

  it('prints what it likes: each output arrives byte for byte, and is no answer to another', async () => {
    const runner = new Runner(async () => perl())
    const texts = [...hostileTexts.values()].map((text) => Buffer.from(text))
    let seen = 0
    for (let at = 0; at < texts.length; at += 8)
      await Promise.all(
        texts.slice(at, at + 8).map(async (input) => {
          const { code, stdout, stderr } = await runner.run({ script: 'cat; echo end >&2', input, seconds: 60 }, 90_000)
          expect([code, stdout.equals(input), String(stderr)]).to.deep.equal([0, true, 'end\n'])
          seen++
        }),
      )
    expect(seen).to.be.at.least(120)
    runner.close()
  })

  it('prints 100 MB: it is cut, that is stated, and memory stays bounded', async () => {
    const runner = new Runner(async () => perl())
    const guest = new Guest(runner, 1)
    const large = 'yes 0123456789 | head -c 100000000; yes complaint | head -c 3000000 >&2; exit 3'
    const grown = await growth(async () => {
      const { code, stdout, stderr } = await guest.exec(large, { deadlineMs: 60_000 })
      expect(code).to.equal(3)
      expect(stdout).to.have.length(mostOutput)
      expect(stderr.slice(mostErrors)).to.equal(
        '\ndockfault: the output was cut after 8 MB\ndockfault: the error output was cut after 1 MB\n',
      )
    })
    expect(grown).to.be.below(120)
    const { stderr } = await guest.exec(`head -c ${mostOutput - 1} /dev/zero`)
    expect(stderr).to.equal('')
    runner.close()
  })

  it('has a file without end: reading it is refused', async () => {
    const runner = new Runner(async () => perl())
    const guest = new Guest(runner, 1)
    expect(await messageOfRefusal(guest.get('/dev/zero'))).to.equal('reading /dev/zero failed: it is larger than 64 MB')
    runner.close()
  })

  const zeros = (): Readable =>
    new Readable({
      read() {
        this.push(Buffer.alloc(2 ** 16))
      },
    })
  const answers: [what: string, output: () => Readable][] = [
    ['an answer without an end', zeros],
    [
      'a length of terabytes',
      () => Readable.from([Buffer.from('x-1 0 9999999999999 0\n'), ...Array(64).fill(Buffer.alloc(2 ** 20))]),
    ],
    ['more than the limit', () => Readable.from([Buffer.from(`x-1 0 ${mostOutput + 1} 0\n`)])],
    ['a negative length', () => Readable.from([Buffer.from('x-1 0 -5 10\nhello')])],
    ['no length', () => Readable.from([Buffer.from('x-1 0\n')])],
    ['no number', () => Readable.from([Buffer.from('x-1 0 NaN 1e3\n')])],
    ['a number in another base', () => Readable.from([Buffer.from('x-1 0 0x10 0\n')])],
    ['an empty line', () => Readable.from([Buffer.from('\n')])],
    ['a login', () => Readable.from([Buffer.from('Welcome to Debian\r\nlogin: ')])],
    ['escapes', () => Readable.from([Buffer.from('\x1b[2J\x1b]0;pwned\x07\n')])],
    ['UTF-16', () => Readable.from([Buffer.from('x-1 0 1 0\nA', 'utf16le')])],
  ]

  it('answers what is no answer: the connection is closed, and another is made', async () => {
    let tried = 0
    for (const [what, output] of answers) {
      let made = 0
      let closed = 0
      const runner = new Runner(async () => {
        if (++made > 1) return perl()
        const bad = output()
        return {
          input: new PassThrough().resume(),
          output: bad,
          gone: new Promise(() => undefined),
          close: () => {
            closed++
            bad.destroy()
          },
        }
      })
      const grown = await growth(async () => {
        const message = await messageOfRefusal(runner.run({ script: 'echo x', seconds: 5 }, 20_000))
        expect(message, what).to.match(/^the connection to the host was lost: it answered ".*"$/)
        expect(message, what).to.match(/^[ -~]*$/)
        expect(message.length, what).to.be.below(300)
      })
      expect(grown, what).to.be.below(80)
      expect(closed, what).to.equal(1)
      expect(String((await runner.run({ script: 'echo well', seconds: 20 }, 30_000)).stdout), what).to.equal('well\n')
      runner.close()
      tried++
    }
    expect(tried).to.equal(11)
  })

  it('is a container whose program prints without end: the command is given up', async () => {
    const container = {
      exec: async () => ({ start: async () => zeros(), inspect: async () => ({ ExitCode: 0, Running: false }) }),
      modem: { demuxStream: (from: Readable, out: PassThrough) => from.on('data', (chunk) => out.write(chunk)) },
    } as unknown as Dockerode.Container
    const bare = new BareContainer(container)
    const grown = await growth(async () => {
      expect(await messageOfRefusal(bare.exec('cat /x'))).to.equal('a command failed: more than 64 MB')
    })
    expect(grown).to.be.below(250)
  })
})
