import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { identify, isAlive, machineBoot, type ProcessId, startOf } from '../process.ts'
import { closeMachine, down, type MachineRecord, openMachine, sweep } from './runs.ts'

describe('the state of runs', () => {
  let cache: string
  const before = process.env.XDG_CACHE_HOME
  const children: ChildProcess[] = []
  const socketFolders: string[] = []

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'dockfault-runs-'))
    process.env.XDG_CACHE_HOME = cache
  })

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    for (const dir of [cache, ...socketFolders.splice(0)]) rmSync(dir, { recursive: true, force: true })
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
  })

  const sleeper = (): ProcessId => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' })
    children.push(child)
    return identify(child.pid!)!
  }

  const dead = async (): Promise<ProcessId> => {
    const id = sleeper()
    children.at(-1)!.kill('SIGKILL')
    await once(children.at(-1)!, 'exit')
    return id
  }

  const socketsFolder = (): string => {
    socketFolders.push(mkdtempSync('/tmp/dockfault-'))
    return socketFolders.at(-1)!
  }

  /** Writes what a harness leaves on disk: a folder named after it, with one machine's record. */
  const leftover = (owner: ProcessId, record: Partial<MachineRecord>): string => {
    const dir = join(cache, 'dockfault/runs', `${owner.pid}-${owner.start}-${owner.boot}`, 'debian12-x')
    mkdirSync(dir, { recursive: true })
    const sockets = socketsFolder()
    const whole: MachineRecord = {
      name: 'debian12',
      image: 'debian12',
      sockets,
      logDir: '',
      startedAt: '',
      kept: false,
    }
    writeFileSync(join(dir, 'record.json'), JSON.stringify({ ...whole, ...record }))
    writeFileSync(join(dir, 'overlay.qcow2'), '')
    return dir
  }

  it('ends what a dead harness left, and removes its files', async () => {
    const machine = sleeper()
    const sockets = socketsFolder()
    const dir = leftover(await dead(), { process: machine, sockets })
    const swept = await sweep()
    expect(swept.running).to.deep.equal([])
    expect(swept.ended).to.deep.equal([`debian12 (pid ${machine.pid})`])
    expect(isAlive(machine)).to.equal(false)
    expect([existsSync(dir), existsSync(sockets)]).to.deep.equal([false, false])
    expect(readdirSync(join(cache, 'dockfault/runs'))).to.deep.equal([])
  })

  it('never ends a process that only has the recorded number', async () => {
    const bystander = sleeper()
    leftover(await dead(), { process: { ...bystander, start: String(Number(bystander.start) - 1) } })
    await sweep()
    expect(isAlive(bystander)).to.equal(true)
  })

  it('leaves alone what a living harness runs, and reports it', async () => {
    const machine = sleeper()
    const dir = leftover(sleeper(), { process: machine })
    for (const end of [sweep, down]) {
      expect(await end()).to.deep.equal({ ended: [], running: [`debian12 (pid ${machine.pid})`] })
      expect([isAlive(machine), existsSync(dir)]).to.deep.equal([true, true])
    }
  })

  it('does not end a kept machine until `down`', async () => {
    const machine = sleeper()
    const dir = leftover(await dead(), { process: machine, kept: true })
    expect((await sweep()).ended).to.deep.equal([])
    expect(isAlive(machine)).to.equal(true)
    expect((await down()).ended).to.have.length(1)
    expect([isAlive(machine), existsSync(dir)]).to.deep.equal([false, false])
  })

  it('ends leftovers of another boot without touching any process', async () => {
    const machine = sleeper()
    const elsewhere = '00000000-0000-4000-8000-000000000000'
    leftover({ ...machine, boot: elsewhere }, { process: { ...machine, boot: elsewhere } })
    expect((await sweep()).ended).to.have.length(1)
    expect(isAlive(machine)).to.equal(true)
  })

  it('removes a folder whose record was never written', async () => {
    const dir = leftover(await dead(), {})
    rmSync(join(dir, 'record.json'))
    expect((await sweep()).ended).to.have.length(1)
    expect(existsSync(dir)).to.equal(false)
  })

  it('opens and closes a machine without a trace', () => {
    const { dir, record } = openMachine('debian12', 'debian12', '/nowhere')
    expect(Buffer.byteLength(join(record.sockets, 'console-socket'))).to.be.lessThan(108)
    expect(existsSync(join(dir, 'record.json'))).to.equal(true)
    closeMachine(dir, record)
    expect([existsSync(record.sockets), readdirSync(join(cache, 'dockfault/runs')).length]).to.deep.equal([false, 0])
  })

  it('identifies a process by its start time, whatever its name', () => {
    expect(startOf(process.pid)).to.match(/^\d+$/)
    expect(startOf(2 ** 30)).to.equal(undefined)
    expect(identify(process.pid)!.boot).to.equal(machineBoot())
  })
})
