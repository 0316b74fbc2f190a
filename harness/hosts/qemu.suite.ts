import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { cacheRoot } from '../images/cache.ts'
import { until } from '../lib/retry.ts'
import { clockSkew } from './clock-skew.ts'
import { hostContract, hostOrSkip } from './host.contract.ts'
import type { Host } from './host.ts'
import { identify, isAlive, kill, type ProcessId } from './process.ts'
import type { MachineRecord } from './qemu/runs.ts'
import { qemu } from './qemu.ts'

const image = 'debian12'
const logDir = mkdtempSync(join(tmpdir(), 'dockfault-qemu-spec-'))
const options = { image, logDir, snapshots: true, progress: () => {}, signal: new AbortController().signal }

const make = async (): Promise<Host | { reason: string }> => {
  const reason = await qemu().unavailable(image)
  return reason === undefined ? qemu().provision(options) : { reason }
}

/** The records of this process's running machines, which are meant for a later harness. */
function machines(): ProcessId[] {
  const me = identify(process.pid)!
  const run = join(cacheRoot(), 'runs', `${me.pid}-${me.start}-${me.boot}`)
  const records = readdirSync(run).map(
    (name) => JSON.parse(readFileSync(join(run, name, 'record.json'), 'utf8')) as MachineRecord,
  )
  return records.flatMap(({ process: id }) => (id && isAlive(id) ? [id] : []))
}

hostContract('a QEMU host', make)

describe('a QEMU host', function () {
  this.timeout(1_800_000)
  let host: Host

  before(async function () {
    host = await hostOrSkip(this, make)
  })

  after(async () => {
    await host?.[Symbol.asyncDispose]()
    rmSync(logDir, { recursive: true })
  })

  it('has its own kernel, a newer one at hand, and no network card', async () => {
    const { stdout } = await host.exec(
      '. /etc/dockfault/kernels; echo "$old"; uname -r; echo "$new"; ls /sys/class/net',
    )
    const [old, running, newer, ...cards] = stdout.trim().split('\n')
    expect(running).to.equal(old)
    expect(newer).to.not.equal(old)
    expect(cards.sort()).to.deep.equal(['docker0', 'lo'])
  })

  it('names its accelerator', async () => {
    expect(await qemu().accelerator()).to.be.oneOf(['kvm', 'tcg'])
  })

  it('has its programs at the same addresses where it is emulated, and there alone', async () => {
    const { stdout } = await host.exec('cat /proc/sys/kernel/randomize_va_space')
    expect(stdout.trim()).to.equal((await qemu().accelerator()) === 'tcg' ? '0' : '2')
  })

  it('goes back to a kept state, with the time of now', async () => {
    const { snapshot, restore } = qemu() as Required<ReturnType<typeof qemu>>
    await host.exec('echo before >/root/state')
    await snapshot(host, 'kept')
    await host.exec('echo after >/root/state; date --set=2001-01-01')
    await restore(host, 'kept')
    expect(await clockSkew(host)).to.be.at.most(1000)
    expect((await host.exec('cat /root/state')).stdout).to.equal('before\n')
    // The same state again, and the host is alive in it.
    await restore(host, 'kept')
    expect((await host.exec('systemctl is-active docker')).stdout).to.equal('active\n')
  })

  it('forks a kept state into hosts of their own, that leave nothing behind', async () => {
    const { fork, restore } = qemu() as Required<ReturnType<typeof qemu>>
    const own = { ...options, logDir: join(logDir, 'fork') }
    await host.exec('echo changed >/root/state')
    const beside = await fork(host, 'kept', own)
    try {
      expect((await beside.exec('cat /root/state; systemctl is-active docker')).stdout).to.equal('before\nactive\n')
      expect(await clockSkew(beside)).to.be.at.most(1000)
      await beside.exec('echo beside >/root/state')
      expect((await host.exec('cat /root/state')).stdout).to.equal('changed\n')
      await restore(beside, 'kept')
      expect((await beside.exec('cat /root/state')).stdout).to.equal('before\n')
    } finally {
      await beside[Symbol.asyncDispose]()
    }
    // Neither its end nor its changes affect the host it was forked from, which can still be restored.
    expect(readFileSync(join(own.logDir, 'journal.txt'), 'utf8')).to.not.equal('')
    await restore(host, 'kept')
    expect((await host.exec('cat /root/state')).stdout).to.equal('before\n')
  })

  it('has another machine wait for the next return, and does without where that one has ended', async () => {
    const { restore } = qemu() as Required<ReturnType<typeof qemu>>
    const [mine] = machines()
    const standby = async (beside: ProcessId): Promise<ProcessId> => {
      await host.exec('true')
      const other = async () => machines().find(({ pid }) => pid !== beside.pid)
      return until('a machine to wait', other, { deadlineMs: 60_000, everyMs: 50 })
    }
    const first = await standby(mine!)
    await restore(host, 'kept')
    expect(machines()).to.deep.equal([first])
    expect(await clockSkew(host)).to.be.at.most(1000)
    expect((await host.exec('cat /root/state')).stdout).to.equal('before\n')
    await kill(await standby(first))
    await restore(host, 'kept')
    expect((await host.exec('systemctl is-active docker')).stdout).to.equal('active\n')
  })

  it('leaves console and journal behind, and nothing else', async () => {
    await host[Symbol.asyncDispose]()
    expect(readFileSync(join(logDir, 'journal.txt'), 'utf8')).to.match(/systemd\[1\]: .*[Dd]ocker/)
    expect(existsSync(join(logDir, 'console.log'))).to.equal(true)
  })
})
