import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LabError } from '../../lib/errors.ts'
import { sleep } from '../../lib/retry.ts'
import { Runner, runnerProgram } from './runner.ts'

describe('the runner of scripts', () => {
  let dir: string
  let runner: Runner
  let started: ChildProcessWithoutNullStreams[]

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-runner-'))
    started = []
    runner = new Runner(() => {
      const child = spawn('perl', ['-e', runnerProgram], { stdio: 'pipe' })
      started.push(child)
      return child
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
    const each = ['0.4', '0.1', '0.2'].map(async (seconds) => {
      await run(`sleep ${seconds}`)
      order.push(seconds)
    })
    await Promise.all(each)
    expect(order).to.deep.equal(['0.1', '0.2', '0.4'])
    const large = await Promise.all([...'abcdefgh'].map((letter) => run(`yes ${letter} | head -c 3000000`)))
    expect(large.map(({ stdout }) => [stdout.length, new Set(stdout).size])).to.deep.equal(
      Array(8).fill([3_000_000, 2]),
    )
  })

  it('takes many requests that come at once, each with its own input', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `${i}\n`.repeat(40))
    const said = await Promise.all(texts.map((input) => run('cat', { input })))
    expect(said.map(({ stdout }) => String(stdout))).to.deep.equal(texts)
  })

  it('ends at its deadline all that a script started, with what was said', async () => {
    const { code, stdout } = await run(`echo here; (sleep 3; touch ${dir}/late) & sleep 60`, { seconds: 1 })
    expect({ code, said: String(stdout) }).to.deep.equal({ code: 124, said: 'here\n' })
    expect((await run('trap "" TERM; sleep 60', { seconds: 1 })).code).to.equal(124)
    await sleep(1000)
    expect(existsSync(join(dir, 'late'))).to.equal(false)
  })

  it('names a signal, and waits for no daemon', async () => {
    expect((await run('kill -SEGV $$')).code).to.equal(139)
    const begun = Date.now()
    await run(`(sleep 5; touch ${dir}/daemon) &`)
    expect(Date.now() - begun).to.be.lessThan(4000)
  })

  it('has the environment of root on a host, and patience where it is told', async () => {
    const { stdout } = await run('echo "$HOME $LC_ALL ${PATIENCE:-none}"')
    expect(String(stdout)).to.equal('/root C.UTF-8 none\n')
    expect(String((await run('echo $PATIENCE', { patience: 12 })).stdout)).to.equal('12\n')
  })

  it('says that the connection was lost, and makes another', async () => {
    const lost = refusal(run('sleep 20'))
    await run('true')
    started[0]!.kill('SIGKILL')
    expect(await lost).to.be.instanceOf(LabError)
    expect((await lost).message).to.equal('the connection to the host was lost: ssh said nothing')
    expect((await run('exit 7')).code).to.equal(7)
    expect(started).to.have.length(2)
  })

  it('says why there is no connection, and what was no answer', async () => {
    const broken = (script: string) => new Runner(() => spawn('sh', ['-c', script], { stdio: 'pipe' }))
    const asked = (script: string) => refusal(broken(script).run({ script: 'true', seconds: 1 }, 1500))
    expect((await asked('echo "kex: reset" >&2; exit 255')).message).to.contain('was lost: kex: reset')
    expect((await asked('echo Welcome; sleep 1')).message).to.contain('it answered "Welcome"')
    expect((await asked('sleep 3')).message).to.contain('did not end')
  })

  it('leaves nothing behind', async () => {
    await run('true')
    runner.close()
    await sleep(200)
    expect(started[0]!.signalCode ?? started[0]!.exitCode).to.not.equal(null)
    expect(() => readFileSync(`/proc/${started[0]!.pid}/stat`)).to.throw()
  })
})
