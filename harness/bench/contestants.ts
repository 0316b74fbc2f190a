import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preparation } from '../cell/preparation.ts'
import { causes, faults } from '../faults/index.ts'
import { clockSkew } from '../hosts/clock-skew.ts'
import type { Host, Provider } from '../hosts/host.ts'
import { providers } from '../hosts/index.ts'
import { LabError } from '../lib/errors.ts'
import { sleep } from '../lib/retry.ts'
import { probes } from '../probes/index.ts'
import { tell } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import { blank } from '../session.ts'
import { diagnoses } from './diagnosis.ts'
import { page } from './page.ts'
import type { Contestant, Reading } from './table.ts'

interface Way {
  title: string
  provider: Provider['name']
  cold?: boolean
  /** Hosts are handed out prepared for the cell, as a frozen one is. Any other answers first, and is prepared then. */
  prepared?: boolean
  /** Whole cells are timed, too. */
  cells?: boolean
}

const ways: Way[] = [
  { title: 'VM, warm', provider: 'qemu', prepared: true, cells: true },
  { title: 'VM, cold', provider: 'qemu', cold: true, cells: true },
  { title: 'container', provider: 'container', cells: true },
  { title: 'vagrant', provider: 'vagrant' },
]

const firstAnswer = 'systemctl is-active docker'
// Less than any cell works with a host before it takes it back: a VM's next machine is made meanwhile.
const workMs = 5000

/** What the benchmark times: hosts to their first answer, and taken back to a kept state; whole cells; a large report. */
export async function contestants(cell: Cell, signal: AbortSignal): Promise<Contestant[]> {
  const all = new Map((await providers()).map((provider) => [provider.name, provider]))
  const made = await Promise.all(ways.map((way) => enter(way, all.get(way.provider)!, cell, signal)))
  return [...made.flat(), page(), ...diagnoses()]
}

async function enter(way: Way, provider: Provider, cell: Cell, signal: AbortSignal): Promise<Contestant[]> {
  const absent = await provider.unavailable(cell.host)
  const bench = new Bench(way, provider, cell, signal)
  const host: Contestant = { name: `${way.title}: host`, warmUp: () => bench.host(), run: () => bench.host() }
  const whole: Contestant = { name: `${way.title}: cell`, run: () => bench.cell() }
  const all = way.cells ? [host, whole] : [host]
  return absent ? all.map(({ name }) => ({ name, absent: `${provider.name} ${absent}` })) : all
}

/** Times one way to hosts and through cells. */
class Bench {
  private readonly way: Way
  private readonly provider: Provider
  private readonly subject: Cell
  private readonly signal: AbortSignal

  constructor(way: Way, provider: Provider, subject: Cell, signal: AbortSignal) {
    this.way = way
    this.provider = provider
    this.subject = subject
    this.signal = signal
  }

  /** A new host: until it is handed out, has answered, and is prepared; then the same taken back to a kept state. */
  async host(): Promise<Reading[]> {
    const { way, provider, subject, signal } = this
    const logDir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
    const progress = (): void => {}
    const options = { image: subject.host, logDir, progress, signal, cold: way.cold === true }
    const prepare = preparation(subject.given, progress)
    const started = performance.now()
    const host = await provider.provision({ ...options, ...(way.prepared && { prepare }) })
    try {
      const up = performance.now() - started
      await ask(host)
      const times: Reading['times'] = { up, 'first answer': performance.now() - started }
      if (!way.prepared) {
        await prepare.make(host)
        times.prepared = performance.now() - started
      }
      const own = { name: `${way.title}: host`, times }
      if (!provider.restore || way.cold) return [own]
      if (!way.prepared) return [own, await this.kept(host, 'restore')]
      // To be kept, a frozen one's fork has its memory copied, which most hosts do without.
      await host[Symbol.asyncDispose]()
      await using other = await provider.provision({ ...options, prepare, snapshots: true })
      const first = await this.kept(other, 'first restore')
      await sleep(workMs)
      return [own, first, await this.restored(other, 'restore')]
    } finally {
      await host[Symbol.asyncDispose]()
      rmSync(logDir, { recursive: true, force: true })
    }
  }

  private async kept(host: Host, as: string): Promise<Reading> {
    await this.provider.snapshot!(host, 'bench')
    return this.restored(host, as)
  }

  /** A host taken back: until it has answered, and by how much its clock is then wrong. */
  private async restored(host: Host, as: string): Promise<Reading> {
    const started = performance.now()
    await this.provider.restore!(host, 'bench')
    const up = performance.now() - started
    await ask(host)
    const answered = performance.now() - started
    const skew = await clockSkew(host)
    return { name: `${this.way.title}: ${as}`, times: { up, 'first answer': answered, 'clock skew': skew } }
  }

  /** A whole cell, from its host to its verdict; and how much of that time the harness itself worked. */
  async cell(): Promise<Reading[]> {
    const { way, provider, subject, signal } = this
    const logDir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
    const record = blank(subject, provider.name, '')
    const lab = { provider, faults, causes, probes, logDir, signal, progress: () => {}, cold: way.cold === true }
    const started = performance.now()
    const working = performance.eventLoopUtilization()
    for await (const _ of tell(subject, lab, record));
    const whole = performance.now() - started
    const { active } = performance.eventLoopUtilization(working)
    rmSync(logDir, { recursive: true, force: true })
    if (record.verdict !== 'passed') throw new LabError('host', `${subject.name}: ${record.reason}`)
    return [{ name: `${way.title}: cell`, times: { whole, 'harness’s own': active } }]
  }
}

async function ask(host: Host): Promise<void> {
  const { stdout } = await host.exec(firstAnswer)
  if (stdout.trim() !== 'active') throw new LabError('host', `docker is ${stdout.trim() || 'silent'} on ${host.name}`)
}
