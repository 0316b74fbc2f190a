import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { hostImages } from '../images/recipe.ts'
import { until } from '../lib/retry.ts'
import type { ContainerHost } from './container/container-host.ts'
import { engineRecords } from './container/engines.ts'
import { sweepContainers } from './container/sweep.ts'
import { closeContainers, container } from './container.ts'
import { hostContract, hostOrSkip } from './host.contract.ts'
import type { Host } from './host.ts'
import { differences, type MachineState, readMachineState } from './machine-state.ts'

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
    host = await hostOrSkip(this, () => make('debian12'))
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

  it('reports that the kernel has killed on it for want of memory', async () => {
    expect(await host.ranOutOfMemory!()).to.equal(false)
    const Memory = 256 * 2 ** 20
    await (host as ContainerHost).container.update({ Memory, MemorySwap: Memory })
    expect((await host.exec(`perl -e '$all = "a" x ${2 * Memory}'`)).code).to.equal(137)
    const reported = async (): Promise<true | undefined> => (await host.ranOutOfMemory!()) || undefined
    await until('the report', reported, { deadlineMs: 5000, everyMs: 20 })
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

  for (const victim of ['containerd', 'dockerd'])
    it(`is made at the first try after the engine's ${victim} was killed`, async function () {
      const first = await make('debian12')
      if ('reason' in first) return this.skip()
      const record = engineRecords().find(({ owner }) => owner.pid === process.pid)
      // The user's engine is not ours to kill.
      if (!record) return this.skip()
      const [dockerd] = childrenOf(record.engine!.pid)
      const pids = [dockerd!, ...childrenOf(dockerd!)].filter((pid) => nameOf(pid) === victim)
      expect(pids).to.have.length(1)
      process.kill(pids[0]!, 'SIGKILL')
      const second = await make('debian12')
      if ('reason' in second) expect.fail(second.reason)
      expect((await second.exec('systemctl is-active docker')).stdout).to.equal('active\n')
      await first[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await closeContainers()
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

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()

/** What a harness left on this machine: records of its engines, and its cgroups. */
const remains = (pid: number): string[] => [
  ...engineRecords().flatMap(({ owner, file }) => (owner.pid === pid ? [file] : [])),
  ...readdirSync('/sys/fs/cgroup', { recursive: false, encoding: 'utf8' })
    .flatMap((hierarchy) => entries(join('/sys/fs/cgroup', hierarchy)).map((name) => `${hierarchy}/${name}`))
    .filter((path) => path.includes(`/dockfault-${pid}-`)),
  ...readdirSync('/tmp').filter((name) => name.startsWith(`dockfault-${pid}-`)),
]

function entries(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
