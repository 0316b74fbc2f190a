import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { cacheRoot } from '../../images/cache.ts'
import { machineBoot } from '../process.ts'
import { sweep } from '../qemu/runs.ts'
import { installBox, pruneBoxes } from './installed-box.ts'
import { noPublicBox } from './public-box.ts'
import { makeWorkspace } from './workspace.ts'

describe('the workspace of a Vagrant machine', () => {
  let dir: string
  const { PATH, XDG_CACHE_HOME, VAGRANT_HOME } = process.env

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-workspace-'))
    Object.assign(process.env, {
      PATH: `${dir}${delimiter}${PATH}`,
      XDG_CACHE_HOME: dir,
      VAGRANT_HOME: join(dir, 'home'),
    })
    for (const name of ['vagrant', 'virsh', 'VBoxManage']) {
      writeFileSync(
        join(dir, name),
        `#!/bin/sh\necho "${'${0##*/}'} $* in $VAGRANT_DOTFILE_PATH" >>${dir}/calls\nexit 1\n`,
      )
      chmodSync(join(dir, name), 0o755)
    }
  })
  afterEach(() => {
    for (const [name, value] of Object.entries({ PATH, XDG_CACHE_HOME, VAGRANT_HOME }))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    rmSync(dir, { recursive: true, force: true })
  })

  const options = { image: 'debian12', progress: () => {}, signal: new AbortController().signal }
  const make = (backend: 'system' | 'virtualbox') =>
    makeWorkspace(backend, 'tcg', { ...options, logDir: join(dir, 'log') })
  const calls = (): string[] => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n')

  it('gives a machine unique names, and removes all of them', async () => {
    const [workspace, other] = [await make('system'), await make('system')]
    const { DOCKFAULT_PREFIX: prefix, DOCKFAULT_NETWORK: network, DOCKFAULT_ADDRESS: address } = workspace.env
    expect(prefix).to.not.equal(other.env.DOCKFAULT_PREFIX)
    // Vagrant locks by folder and name.
    expect(workspace.env.VAGRANT_CWD).to.not.equal(other.env.VAGRANT_CWD)
    expect(address).to.match(/^10\.2[23]\d\.\d+\.0\/24$/)
    await workspace.end()
    const [vagrant, ...virsh] = calls()
    expect(vagrant).to.equal(`vagrant destroy --force debian12 in ${workspace.dir}/vagrant`)
    const commands = virsh.map((call) => call.replace(/ in \S*$/, '').replace('virsh -q -c qemu:///system ', ''))
    expect(commands).to.deep.equal([
      `destroy ${prefix}debian12`,
      `undefine ${prefix}debian12 --snapshots-metadata --managed-save --nvram`,
      `vol-delete ${prefix}debian12.img --pool default`,
      `net-destroy ${network}`,
      `net-undefine ${network}`,
    ])
    expect([existsSync(workspace.dir), existsSync(workspace.sockets)]).to.deep.equal([false, false])
    await other.end()
  })

  it('is taken away by the next start, when its harness was killed', async () => {
    const workspace = await make('virtualbox')
    const runs = join(cacheRoot(), 'runs')
    // The same folder, of a dead process.
    const gone = join(runs, `${2 ** 22 + 1}-1-${machineBoot()}`)
    const [mine] = readdirSync(runs)
    renameSync(join(runs, mine!), gone)
    expect((await sweep()).ended).to.deep.equal(['debian12 (pid none)'])
    const name = `${workspace.env.DOCKFAULT_PREFIX}debian12`
    expect(calls().map((call) => call.replace(/ in \S*$/, ''))).to.deep.equal([
      'vagrant destroy --force debian12',
      `VBoxManage controlvm ${name} poweroff`,
      `VBoxManage unregistervm ${name} --delete`,
    ])
    expect(readdirSync(runs)).to.deep.equal([])
  })

  it('stays with the machine that is to be kept', async () => {
    const workspace = await make('system')
    workspace.leave()
    const record = JSON.parse(readFileSync(join(workspace.dir, 'record.json'), 'utf8'))
    expect(record.kept).to.equal(true)
    expect((await sweep()).ended).to.deep.equal([])
    await workspace.end()
  })

  it('holds the newest box of a name alone', () => {
    const boxes = join(dir, 'home/boxes/dockfault-VAGRANTSLASH-debian12')
    for (const version of ['1.0.1', '1.0.2']) mkdirSync(join(boxes, version), { recursive: true })
    writeFileSync(join(boxes, 'metadata_url'), '')
    pruneBoxes(join(dir, 'home'), { name: 'dockfault/debian12', version: '1.0.2' })
    expect(readdirSync(boxes)).to.deep.equal(['1.0.2', 'metadata_url'])
  })

  it('has a box added for it once, by one of those that need it at the same time', async () => {
    const boxes = join(dir, 'home/boxes/dockfault-VAGRANTSLASH-debian12')
    const add = `mkdir ${dir}/adding || exit 1; sleep 0.2; mkdir -p ${boxes}/1.0.1; rmdir ${dir}/adding`
    writeFileSync(join(dir, 'vagrant'), `#!/bin/sh\necho "$*" >>${dir}/calls\n${add}\n`)
    const box = { name: 'dockfault/debian12', version: '1.0.1', catalogue: '/boxes/catalogue.json', file: '' }
    const install = () => installBox(box, 'system', { ...options, logDir: dir })
    await Promise.all([install(), install()])
    expect(calls()).to.deep.equal(['box add file:///boxes/catalogue.json --provider libvirt --machine-readable'])
  })

  it('has only public boxes that were added, and names the command for it', () => {
    expect(noPublicBox('centos7', 'system')).to.match(
      /^has no box of centos7 \(with internet: vagrant box add https:\S+ --name centos\/7 --provider libvirt\)$/,
    )
    expect(noPublicBox('debian12', 'virtualbox')).to.contain('vagrant box add debian/bookworm64 --provider virtualbox')
    mkdirSync(join(dir, 'home/boxes/centos-VAGRANTSLASH-7'), { recursive: true })
    expect(noPublicBox('centos7', 'system')).to.equal(undefined)
    expect(noPublicBox('centos7', 'private')).to.contain('needs a libvirtd with internet')
    expect(noPublicBox('nowhere', 'system')).to.equal('has no box of the image nowhere')
  })
})
