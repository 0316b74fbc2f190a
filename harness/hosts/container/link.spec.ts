import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex, type Writable } from 'node:stream'
import { expect } from 'chai'
import type Dockerode from 'dockerode'
import { Runner, runnerProgram } from '../guest/runner.ts'
import { linkInto } from './link.ts'

/** A container whose commands run on this machine; `started` has their processes. */
function here(): { container: Dockerode.Container; started: ChildProcess[] } {
  const started: ChildProcess[] = []
  const exec = async ({ Cmd }: { Cmd: string[] }) => ({
    async start() {
      const child = spawn(Cmd[0]!, Cmd.slice(1), { stdio: 'pipe' })
      started.push(child)
      const stream = new Duplex({
        read: () => undefined,
        // The engine takes what a command that has ended reads no more.
        write: (chunk, _, done) => void child.stdin.write(chunk, () => done()),
        destroy: (_, done) => {
          child.stdin.destroy()
          done(null)
        },
      })
      child.on('close', () => stream.push(null))
      child.stdin.on('error', () => undefined)
      stream.resume()
      return stream
    },
  })
  const demuxStream = (_: unknown, out: Writable, err: Writable): void => {
    started.at(-1)!.stdout!.pipe(out)
    started.at(-1)!.stderr!.pipe(err)
  }
  return { container: { exec, modem: { demuxStream } } as unknown as Dockerode.Container, started }
}

describe('a connection into a container', function () {
  this.timeout(20_000)

  it('runs many scripts by one call of the engine', async () => {
    const { container, started } = here()
    const runner = new Runner(() => linkInto(container, ['perl', '-e', runnerProgram]))
    const outputs = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        runner.run({ script: `echo ${i}; echo e >&2; exit 3`, seconds: 10 }, 15_000),
      ),
    )
    expect(outputs.map(({ code, stdout, stderr }) => [code, String(stdout), String(stderr)])).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => [3, `${i}\n`, 'e\n']),
    )
    expect(started).to.have.length(1)
    const ended = new Promise((resolve) => started[0]!.on('exit', resolve))
    runner.close()
    expect(await ended).to.equal(0)
  })

  it('is lost with its command, by the last words of that, and the next script makes another', async () => {
    const { container, started } = here()
    let program = ['sh', '-c', 'echo perl: not found >&2; exit 127']
    const runner = new Runner(() => linkInto(container, program))
    const script = { script: 'echo well', seconds: 10 }
    const error = await runner.run(script, 15_000).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('code', 'host')
    expect(error).to.have.property('message', 'the connection to the host was lost: perl: not found')
    program = ['perl', '-e', runnerProgram]
    expect(String((await runner.run(script, 15_000)).stdout)).to.equal('well\n')
    // The script's parent is the one that waits for it, and that one's parent is the runner.
    const deadly = 'read -r _ _ _ runner _ </proc/$PPID/stat; kill -9 $runner $PPID; sleep 2'
    const lost = await runner.run({ script: deadly, seconds: 10 }, 15_000).catch((thrown: unknown) => thrown)
    expect(lost).to.have.property('message', 'the connection to the host was lost: no output')
    expect(String((await runner.run(script, 15_000)).stdout)).to.equal('well\n')
    expect(started).to.have.length(3)
    runner.close()
  })
})
