import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { LabError } from '../../lib/errors.ts'
import { sleep } from '../../lib/retry.ts'
import { linkOver } from './link.ts'
import { Runner, runnerProgram } from './runner.ts'

describe('the runner of scripts', () => {
  let dir: string
  let runner: Runner
  let started: ChildProcessWithoutNullStreams[]

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-runner-'))
    started = []
    runner = new Runner(async () => {
      const child = spawn('perl', ['-e', runnerProgram], { stdio: 'pipe' })
      started.push(child)
      return linkOver(child)
    })
  })
  afterEach(() => {
    runner.close()
    rmSync(dir, { recursive: true })
  })

  const run = (script: string, more: { input?: string | Uint8Array; seconds?: number; patience?: number } = {}) =>
    runner.run({ script, seconds: 20, ...more }, 30_000)
  const refusal = (promise: Promise<unknown>): Promise<LabError> =>
    promise.then(
      () => expect.fail('it was answered'),
      (error: unknown) => error as LabError,
    )

  it('gives exit code and both outputs, byte for byte, by one process for all', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    const { code, stdout, stderr } = await run('cat; echo "9 0 1 1" >&2; exit 3', { input: bytes })
    expect({ code, stderr: String(stderr) }).to.deep.equal({ code: 3, stderr: '9 0 1 1\n' })
    expect(stdout.equals(bytes)).to.equal(true)
    expect(await run('')).to.deep.equal({ code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) })
    expect(String((await run('cat')).stdout)).to.equal('')
    expect(started).to.have.length(1)
  })

  it('runs scripts side by side, and answers as they end', async () => {
    const order: string[] = []
    const waitFor = (name: string): string => `until [ -e ${dir}/${name} ]; do sleep 0.05; done`
    const each = Object.entries({ third: waitFor('second'), first: 'true', second: waitFor('first') })
    await Promise.all(
      each.map(async ([name, script]) => {
        await run(script)
        order.push(name)
        await run(`touch ${dir}/${name}`)
      }),
    )
    expect(order).to.deep.equal(['first', 'second', 'third'])
    const large = await Promise.all([...'abcdefgh'].map((letter) => run(`yes ${letter} | head -c 3000000`)))
    expect(large.map(({ stdout }) => [stdout.length, new Set(stdout).size])).to.deep.equal(
      Array(8).fill([3_000_000, 2]),
    )
  })

  it('takes many requests that come at once, each with its own input', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `${i}\n`.repeat(40))
    const outputs = await Promise.all(texts.map((input) => run('cat', { input })))
    expect(outputs.map(({ stdout }) => String(stdout))).to.deep.equal(texts)
  })

  it('ends at its deadline all that a script started, and keeps the output', async () => {
    const { code, stdout } = await run(`echo here; (sleep 3; touch ${dir}/late) & sleep 60`, { seconds: 1 })
    expect({ code, outputs: String(stdout) }).to.deep.equal({ code: 124, outputs: 'here\n' })
    expect((await run('trap "" TERM; sleep 60', { seconds: 1 })).code).to.equal(124)
    await sleep(1000)
    expect(existsSync(join(dir, 'late'))).to.equal(false)
  })

  it('names a signal, and waits for no daemon', async () => {
    expect((await run('kill -SEGV $$')).code).to.equal(139)
    await run(`(sleep 8; touch ${dir}/daemon) &`)
    expect(existsSync(join(dir, 'daemon'))).to.equal(false)
  })

  it('has the environment of root on a host, and its patience', async () => {
    const { stdout } = await run('echo "$HOME $LC_ALL ${PATIENCE:-none}"')
    expect(String(stdout)).to.equal('/root C.UTF-8 none\n')
    expect(String((await run('echo $PATIENCE', { patience: 12 })).stdout)).to.equal('12\n')
  })

  it('reports a lost connection, and makes another', async () => {
    const lost = refusal(run('sleep 20'))
    await run('true')
    started[0]!.kill('SIGKILL')
    expect(await lost).to.be.instanceOf(LabError)
    expect((await lost).message).to.equal('the connection to the host was lost: no output')
    expect((await run('exit 7')).code).to.equal(7)
    expect(started).to.have.length(2)
  })

  it('lets go of a connection that is gone before it makes another', async () => {
    const did: string[] = []
    const lossy = new Runner(async () => {
      did.push('made')
      const streams = { input: new PassThrough(), output: new PassThrough() }
      return { ...streams, gone: sleep(20).then(() => 'cut'), close: () => did.push('closed') }
    })
    for (const _ of [1, 2])
      expect((await refusal(lossy.run({ script: '', seconds: 1 }, 1000))).message).to.contain('cut')
    expect(did).to.deep.equal(['made', 'closed', 'made', 'closed'])
  })

  it('reports why there is no connection, and what was not an answer', async () => {
    const broken = (script: string) => new Runner(async () => linkOver(spawn('sh', ['-c', script], { stdio: 'pipe' })))
    const refusedRun = (script: string) => refusal(broken(script).run({ script: 'true', seconds: 1 }, 1500))
    expect((await refusedRun('echo "kex: reset" >&2; exit 255')).message).to.contain('was lost: kex: reset')
    expect((await refusedRun('echo Welcome; sleep 1')).message).to.contain('it answered "Welcome"')
    expect((await refusedRun('sleep 3')).message).to.contain('did not end')
  })

  it('goes on with one that was there before it, and takes no answer to another for its own', async () => {
    const child = spawn('perl', ['-e', runnerProgram], { stdio: 'pipe' })
    started.push(child)
    const link = linkOver(child)
    const [first, second] = [1, 2].map(() => new Runner(async () => ({ ...link, close: () => undefined })))
    const left = refusal(first!.run({ script: 'sleep 0.3; echo first', seconds: 20 }, 30_000))
    await sleep(100)
    first!.close()
    expect((await left).message).to.contain('it was closed')
    expect(String((await second!.run({ script: 'sleep 0.6; echo second', seconds: 20 }, 30_000)).stdout)).to.equal(
      'second\n',
    )
    link.close()
  })

  it('talks through a port where it is given one', async () => {
    // A terminal is a file with another end, like a port.
    const command = 'stty raw -echo; echo; exec perl -e "$PROGRAM" "$(tty)"'
    const env = { ...process.env, PROGRAM: runnerProgram }
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe', env })
    started.push(child)
    await once(child.stdout, 'data')
    const byPort = new Runner(async () => linkOver(child))
    const input = '\n'.repeat(10_000)
    expect(String((await byPort.run({ script: 'wc -l', input, seconds: 20 }, 30_000)).stdout)).to.equal('10000\n')
    expect((await byPort.run({ script: 'exit 3', seconds: 20 }, 30_000)).code).to.equal(3)
    byPort.close()
  })

  it('sets the clock to now with a new seed, or reports why it could not', async () => {
    const requests: string[] = []
    const answers = ['0 0 0\n', '1 0 14\nclock_settime:']
    const runner = new Runner(async () => {
      const [input, output] = [new PassThrough(), new PassThrough()]
      input.on('data', (chunk: Buffer) => {
        requests.push(String(chunk))
        output.write(`${String(chunk).split(' ')[0]} ${answers.shift()}`)
      })
      return { input, output, gone: new Promise(() => undefined), close: () => undefined }
    })
    await runner.present(1000)
    expect((await refusal(runner.present(1000))).message).to.equal(
      'could not set the clock of the host: clock_settime:',
    )
    const words = requests.map((line) => /^\S+ present (\d+) (\d+) ([0-9a-f]{64})\n$/.exec(line)!)
    expect(Number(words[0]![1]) + Number(words[0]![2]) / 1e9).to.be.closeTo(Date.now() / 1000, 1)
    expect(words[0]![3]).to.not.equal(words[1]![3])
  })

  it('is refused by the kernel what is no time', () => {
    const input = 'a present -1 -1 x\nb present 0 9999999999 x\n'
    // This machine's clock stays as it is.
    const outputs = execFileSync('perl', ['-e', runnerProgram], { input, encoding: 'utf8' })
    expect(outputs).to.match(/^a 1 0 \d+\nclock_settime: .+\nb 1 0 \d+\nclock_settime: .+\n$/)
  })

  it('leaves nothing behind', async () => {
    await run('true')
    runner.close()
    await sleep(200)
    expect(started[0]!.signalCode ?? started[0]!.exitCode).to.not.equal(null)
    expect(() => readFileSync(`/proc/${started[0]!.pid}/stat`)).to.throw()
  })
})
