import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { hostImages } from '../images/recipe.ts'
import { engineRecords } from './container/engines.ts'
import { isOrphan, ownerName, parseOwner } from './container/owner.ts'
import { sweepContainers } from './container/sweep.ts'
import { closeContainers, container } from './container.ts'
import { hostContract } from './host.contract.ts'
import type { Host } from './host.ts'
import { differences, type MachineState, readMachineState } from './machine-state.ts'
import { machineBoot } from './process.ts'

describe('the owner of a container', () => {
  it('is this process, distinct from a later one with the same pid', () => {
    const { pid, start } = parseOwner(ownerName())!
    expect(pid).to.equal(process.pid)
    expect(isOrphan(ownerName(), true)).to.equal(false)
    expect(isOrphan(`${pid}-${Number(start) + 1}-${machineBoot()}`, true)).to.equal(true)
  })

  it('may be on another machine: what runs is left alone', () => {
    const elsewhere = '1-2-00000000-0000-4000-8000-000000000000'
    expect(isOrphan(elsewhere, true)).to.equal(false)
    expect(isOrphan(elsewhere, false)).to.equal(true)
    expect(isOrphan('no owner of ours', false)).to.equal(false)
  })
})

describe('the state of a machine', () => {
  it('is compared fact by fact', () => {
    const state: MachineState = { sysctls: ['a = 1', 'b = 2'], modules: [] }
    expect(differences(state, state)).to.deep.equal([])
    expect(differences(state, { sysctls: ['a = 1', 'b = 3'], modules: ['xt_MASQUERADE'] })).to.deep.equal([
      'sysctls: - b = 2',
      'sysctls: + b = 3',
      'modules: + xt_MASQUERADE',
    ])
  })
})

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-container-spec-'))
const options = { logDir, progress: () => {}, signal: new AbortController().signal }

const make = async (image: string): Promise<Host | { reason: string }> => {
  const reason = await container().unavailable(image)
  return reason === undefined ? container().provision({ ...options, image }) : { reason: `container ${reason}` }
}

for (const image of hostImages()) hostContract(`a ${image} container`, () => make(image))

describe('a container host', function () {
  this.timeout(600_000)
  let machine: MachineState
  let host: Host

  before(async function () {
    machine = await readMachineState()
    const made = await make('debian12')
    if ('reason' in made) this.skip()
    else host = made
  })

  after(async () => {
    await host?.[Symbol.asyncDispose]()
    await closeContainers()
    rmSync(logDir, { recursive: true, force: true })
  })

  const outputOf = async (script: string): Promise<string> => (await host.exec(script)).stdout.trim()

  it('is a Debian with systemd, and a dockerd of its own', async () => {
    expect(await outputOf('. /etc/os-release; echo $VERSION_ID; systemctl is-active docker')).to.equal('12\nactive')
    expect(await outputOf('docker info --format "{{.Name}} {{.Driver}} {{.Containers}}"')).to.equal(
      'debian12 overlay2 0',
    )
  })

  it('starts with forwarding off, as a machine of its own would, whatever this machine has', async () => {
    expect(await outputOf('iptables -S FORWARD | head -n 1')).to.equal('-P FORWARD DROP')
  })

  it('cannot reach the machine below it', async () => {
    for (const script of ['sysctl -w kernel.pid_max=99999', 'echo 1 >/proc/sys/vm/drop_caches', 'date -s 2001-01-01'])
      expect((await host.exec(script)).code, script).to.not.equal(0)
  })

  it('kills what ignores a deadline', async () => {
    const { code, stdout } = await host.exec('trap "" TERM; echo started; sleep 30', { deadlineMs: 300 })
    expect({ code, stdout }).to.deep.equal({ code: 124, stdout: 'started\n' })
  })

  it('is controlled without its network', async () => {
    const cut = 'add table inet cut; add chain inet cut input { type filter hook input priority 0; policy drop; }'
    const done = await host.exec(
      `set -e; nft flush ruleset; nft '${cut}'; ip link set lo down; systemctl stop docker docker.socket`,
    )
    expect(done.code, done.stderr).to.equal(0)
    expect(await outputOf('echo still here')).to.equal('still here')
  })

  it('leaves its console and journal, and the machine as it was', async () => {
    await host[Symbol.asyncDispose]()
    await host.exec('true').then(
      () => expect.fail('a host that is gone answers'),
      (error: Error) => expect(error.message).to.contain('has been removed'),
    )
    await closeContainers()
    expect(readFileSync(join(logDir, 'console.log'), 'utf8')).to.contain('Reached target multi-user.target')
    expect(readFileSync(join(logDir, 'journal.txt'), 'utf8')).to.contain('Started docker.service')
    expect(await changes(machine)).to.deep.equal([])
    expect(remains(process.pid)).to.deep.equal([])
  })

  it('leaves nothing when the harness is killed', async () => {
    const script = `import { container } from ${JSON.stringify(fileURLToPath(new URL('./container.ts', import.meta.url)))}
const signal = new AbortController().signal
await container().provision({ image: 'debian12', logDir: ${JSON.stringify(logDir)}, progress() {}, signal })
console.log('up')
setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await sweepContainers({ kept: false })
    expect(await changes(machine)).to.deep.equal([])
    expect(remains(child.pid!)).to.deep.equal([])
  })
})

// The kernel loads the modules that a container needs (veth, overlay) and keeps them, so none of the machine's vanish.
const changes = async (machine: MachineState): Promise<string[]> =>
  differences(machine, await readMachineState()).filter((line) => !line.startsWith('modules: +'))

/** What a harness left on this machine: records of its engines, and its cgroups. */
const remains = (pid: number): string[] => [
  ...engineRecords().flatMap(({ owner, file }) => (owner.pid === pid ? [file] : [])),
  ...readdirSync('/sys/fs/cgroup', { recursive: false, encoding: 'utf8' })
    .flatMap((hierarchy) => entries(join('/sys/fs/cgroup', hierarchy)).map((name) => `${hierarchy}/${name}`))
    .filter((path) => path.includes(`/dockfault-${pid}-`)),
]

function entries(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
