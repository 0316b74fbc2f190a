import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { until } from '../lib/retry.ts'
import { networkOf } from './processes.ts'
import { type Marks, remainsOf } from './remains.ts'

// Each leak is planted for real, and has to be found; then it goes, and nothing may be left.
describe('what a run leaves', function () {
  this.timeout(30_000)
  const owner = { pid: 4194001, start: '77' }
  const name = `dockfault-${owner.pid}-${owner.start}`
  const variable = `DOCKFAULT_CHAOS=spec-${process.pid}`
  let folder: string
  let temporary: string
  let planted: number
  const children: ChildProcess[] = []
  const undo: (() => void)[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dockfault-chaos-spec-'))
    temporary = join(folder, 'tmp')
    mkdirSync(temporary)
    planted++
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    for (const each of undo.splice(0).reverse()) each()
    expect(remains()).to.deep.equal([])
    rmSync(folder, { recursive: true })
  })
  before(() => {
    planted = 0
  })
  after(() => expect(planted).to.equal(11))

  const marks = (more: Partial<Marks> = {}): Marks => ({
    owners: [owner],
    variable,
    folders: [join(folder, 'cache'), join(folder, 'reports')],
    networks: new Map(),
    temporary: [temporary],
    ...more,
  })
  // Another run on this machine may have a host's empty control group for a moment.
  const remains = (more?: Partial<Marks>): string[] =>
    remainsOf(marks(more)).filter((line) => !/^cgroup: .*\/dockfault-[a-z]/.test(line))
  const start = async (command: string[], env = {}): Promise<number> => {
    const child = spawn(command[0]!, command.slice(1), { env: { ...process.env, ...env }, stdio: 'ignore' })
    children.push(child)
    await once(child, 'spawn')
    return child.pid!
  }
  const run = (...command: string[]): void => {
    const { status, stderr } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  }
  const file = (...path: string[]): void => {
    mkdirSync(join(folder, ...path, '..'), { recursive: true })
    writeFileSync(join(folder, ...path), '')
  }
  function asRoot(this: Mocha.Context): void {
    if (process.platform === 'linux' && process.getuid?.() === 0) return
    console.log('      skipped: only root can plant it')
    this.skip()
  }

  it('is nothing where there is nothing', () => expect(remains()).to.deep.equal([]))

  it('is a process that inherited the mark, wherever it went', async () => {
    const pid = await start(['setsid', 'sleep', '60'], { DOCKFAULT_CHAOS: `spec-${process.pid}` })
    await start(['sleep', '60'], { DOCKFAULT_CHAOS: 'of another campaign' })
    await until('it to run', async () => remains().length > 0 || undefined, { deadlineMs: 5000 })
    expect(remains()).to.have.length(1)
    expect(remains()[0]).to.match(new RegExp(`^process: ${pid} (setsid|sleep) `))
  })

  it('is a process in a namespace of the run, and not a later one in a namespace of the same number', async function () {
    asRoot.call(this)
    const pid = await start(['unshare', '--net', 'sleep', '60'])
    const network = await until(
      'the namespace',
      async () => {
        const found = networkOf(pid)
        return found === networkOf('self') ? undefined : found
      },
      { deadlineMs: 5000, everyMs: 10 },
    )
    expect(remains({ networks: new Map([[network, Number.MAX_SAFE_INTEGER]]) }).join()).to.match(/^process: /)
    expect(remains({ networks: new Map([[network, 0]]) })).to.deep.equal([])
  })

  it('is a network namespace with its name', function () {
    asRoot.call(this)
    run('ip', 'netns', 'add', `${name}-net`)
    undo.push(() => run('ip', 'netns', 'del', `${name}-net`))
    expect(remains()).to.include(`namespace: ${name}-net`)
  })

  it('is a network namespace that a mount keeps', function () {
    asRoot.call(this)
    const point = join(folder, 'pinned')
    writeFileSync(point, '')
    run('unshare', `--net=${point}`, 'true')
    undo.push(() => run('umount', point))
    const pinned = spawnSync('nsenter', [`--net=${point}`, 'readlink', '/proc/self/ns/net'], { encoding: 'utf8' })
    const network = pinned.stdout.trim()
    expect(remains({ networks: new Map([[network, 0]]) })).to.deep.equal([`namespace: ${network} at ${point}`])
  })

  it('is a link of a host on the machine itself', function () {
    asRoot.call(this)
    const link = `dockfault${process.pid % 100_000}`
    run('ip', 'link', 'add', link, 'type', 'bridge')
    undo.push(() => run('ip', 'link', 'del', link))
    expect(remains()).to.deep.equal([`link: ${link}`])
  })

  it('is a mount below its folders', function () {
    asRoot.call(this)
    const point = join(folder, 'cache', 'engines')
    mkdirSync(point, { recursive: true })
    run('mount', '-t', 'tmpfs', 'tmpfs', point)
    undo.push(() => run('umount', point))
    expect(remains()).to.deep.equal([`mount: ${point}`])
  })

  it('is a control group', function () {
    asRoot.call(this)
    const root = '/sys/fs/cgroup'
    // Version 2 has its root there; version 1 has a folder for each hierarchy.
    const [hierarchy] = ['', ...readdirSync(root)].filter((each) => {
      try {
        mkdirSync(join(root, each, name))
        // The tmpfs above the hierarchies of version 1 takes any folder.
        if (readdirSync(join(root, each, name)).length > 0) return true
        rmdirSync(join(root, each, name))
      } catch {
        // A file, or a hierarchy that takes no groups.
      }
      return false
    })
    expect(hierarchy).to.be.a('string')
    const made = join(root, hierarchy!, name)
    undo.push(() => {
      for (const each of ['', ...readdirSync(root)])
        try {
          rmdirSync(join(root, each, name))
        } catch {
          // It is not in this hierarchy.
        }
    })
    expect(remains()).to.include(`cgroup: ${made}`)
  })

  it('is a temporary folder with its name, and no other', () => {
    for (const each of [`${name}-abcdef`, 'dockfault-4194001-78-abcdef', 'dockfault-report-abcdef'])
      mkdirSync(join(temporary, each))
    expect(remains()).to.deep.equal([`folder: ${join(temporary, `${name}-abcdef`)}`])
    rmSync(temporary, { recursive: true })
  })

  it('is a socket, a record, a container or a volume in its cache, and no image', () => {
    for (const path of ['1-2.sock', '1-2.json', 'data/containers/0123456789abcdef/x', 'data/volumes/one/_data/x'])
      file('cache', 'engines', '0', path)
    for (const path of ['lock', 'data/image/overlay2/imagedb/x', 'data/volumes/metadata.db'])
      file('cache', 'engines', '0', path)
    file('cache', 'runs', '1-2-3', 'debian12-abc', 'record.json')
    expect(remains().map((line) => line.replace(/ .*/, ''))).to.deep.equal([
      'file:',
      'socket:',
      'volume:',
      'volume:',
      'file:',
    ])
    rmSync(join(folder, 'cache'), { recursive: true })
  })

  it('is a half-written file beside a finished record', () => {
    file('reports', 'run', 'cells', 'a.json')
    file('reports', 'run', 'cells', 'b.json.7.part')
    expect(remains()).to.deep.equal([])
    file('reports', 'run', 'record.json')
    expect(remains()).to.deep.equal([`file: ${join(folder, 'reports/run/cells/b.json.7.part')}`])
    rmSync(join(folder, 'reports'), { recursive: true })
  })
})
