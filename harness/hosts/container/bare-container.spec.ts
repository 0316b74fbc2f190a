import { type ChildProcess, spawn } from 'node:child_process'
import { PassThrough, type Writable } from 'node:stream'
import { expect } from 'chai'
import type Dockerode from 'dockerode'
import { BareContainer } from './bare-container.ts'

/** A container whose commands run on this machine. */
function here(): Dockerode.Container {
  let child: ChildProcess
  const exec = async ({ Cmd }: { Cmd: string[] }) => {
    let code: number | null = null
    return {
      async start() {
        child = spawn(Cmd[0]!, Cmd.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
        const stream = new PassThrough()
        child.on('exit', (exit, signal) => {
          code = exit ?? (signal === 'SIGKILL' ? 137 : 143)
        })
        child.on('close', () => stream.end())
        stream.resume()
        return stream
      },
      inspect: async () => ({ ExitCode: code, Running: false }),
    }
  }
  const demuxStream = (_: unknown, out: Writable, err: Writable): void => {
    child.stdout!.pipe(out)
    child.stderr!.pipe(err)
  }
  return { exec, modem: { demuxStream } } as unknown as Dockerode.Container
}

describe('a command in a bare container', function () {
  this.timeout(20_000)
  const guest = new BareContainer(here())
  const run = async (script: string, deadlineMs?: number) => {
    const { durationMs: _, ...result } = await guest.exec(script, deadlineMs === undefined ? {} : { deadlineMs })
    return result
  }

  before(function () {
    if (process.getuid?.() === 0) return
    console.log('      skipped: only root can write to /run')
    this.skip()
  })

  it('gives its output and its code, whatever these are', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).to.deep.equal({ code: 3, stdout: 'out\n', stderr: 'err\n' })
    expect(await run('true')).to.deep.equal({ code: 0, stdout: '', stderr: '' })
    expect(await run('printf "\\n0" >&2; exit 1')).to.deep.equal({ code: 1, stdout: '', stderr: '\n0' })
    expect((await run('sleep 5', 200)).code).to.equal(124)
  })

  it('may be killed itself, which is its result', async () => {
    expect((await run('kill -9 $$')).code).to.equal(137)
  })

  it('has no result where what runs it is killed', async () => {
    // The script's parent is `timeout`, and that one's parent is the wrapper.
    const error = await run('read -r _ _ _ wrapper _ </proc/$PPID/stat; kill -9 $wrapper; sleep 1').catch(
      (thrown) => thrown,
    )
    expect(error).to.have.property('code', 'host')
    expect(error.message).to.equal('what ran a command on the host was killed')
  })
})
