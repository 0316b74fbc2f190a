import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { causes, faults } from '../causes/index.ts'
import { preparation } from '../cell/preparation.ts'
import { clockSkew } from '../hosts/clock-skew.ts'
import type { Host, Provider } from '../hosts/host.ts'
import { providers } from '../hosts/index.ts'
import { LabError } from '../lib/errors.ts'
import { sleep } from '../lib/retry.ts'
import { probes } from '../probes/index.ts'
import { blankRecord } from '../results/blank-record.ts'
import { runStages } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import { coldStarts } from './cold-start.ts'
import { diagnoses } from './diagnosis.ts'
import { page } from './page.ts'
import type { Candidate, Reading } from './table.ts'

interface Way {
  title: string
  provider: Provider['name']
  cold?: boolean
  /**
   * The provider prepares hosts for the cell, as it does with frozen VMs. Other hosts answer first and are prepared
   * then.
   */
  prepared?: boolean
  /** Whole cells are timed too. */
  cells?: boolean
}

const ways: Way[] = [
  { title: 'VM, warm', provider: 'qemu', prepared: true, cells: true },
  { title: 'VM, cold', provider: 'qemu', cold: true, cells: true },
  { title: 'container', provider: 'container', cells: true },
  { title: 'vagrant', provider: 'vagrant' },
]

const firstAnswer = 'systemctl is-active docker'
// Every cell works longer than this with a host before it restores it. Meanwhile the next VM starts.
const workMs = 5000

/**
 * Everything that the benchmark times: hosts until they answer, restored hosts, whole cells, a large report, diagnoses
 * and processes.
 */
export async function candidates(cell: Cell, signal: AbortSignal): Promise<Candidate[]> {
  const all = new Map((await providers()).map((provider) => [provider.name, provider]))
  const made = await Promise.all(ways.map((way) => enter(way, all.get(way.provider)!, cell, signal)))
  return [...made.flat(), page(), ...diagnoses(), ...coldStarts()]
}

async function enter(way: Way, provider: Provider, cell: Cell, signal: AbortSignal): Promise<Candidate[]> {
  const absent = await provider.unavailable(cell.host)
  const bench = new Bench(way, provider, cell, signal)
  const host: Candidate = { name: `${way.title}: host`, warmUp: () => bench.host(), run: () => bench.host() }
  const whole: Candidate = { name: `${way.title}: cell`, run: () => bench.cell() }
  const all = way.cells ? [host, whole] : [host]
  return absent ? all.map(({ name }) => ({ name, absent: `${provider.name} ${absent}` })) : all
}

/** Times one way to make hosts and run cells. */
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

  /**
   * Times a new host until it is up, has answered, and is prepared; then how long it takes to restore it to a snapshot.
   */
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
      await runProbe(host)
      const times: Reading['times'] = { up, 'first answer': performance.now() - started }
      if (!way.prepared) {
        await prepare.make(host)
        times.prepared = performance.now() - started
      }
      const own = { name: `${way.title}: host`, times }
      if (!provider.restore || way.cold) return [own]
      if (!way.prepared) return [own, await this.kept(host, 'restore')]
      // A snapshot of a frozen VM's fork needs a copy of its memory. Most hosts need none, so this is another host.
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

  /** Times a restored host until it has answered, and measures by how much its clock is then wrong. */
  private async restored(host: Host, as: string): Promise<Reading> {
    const started = performance.now()
    await this.provider.restore!(host, 'bench')
    const up = performance.now() - started
    await runProbe(host)
    const answered = performance.now() - started
    const skew = await clockSkew(host)
    return { name: `${this.way.title}: ${as}`, times: { up, 'first answer': answered, 'clock skew': skew } }
  }

  /** Times a whole cell, from its host to its verdict, and how much of that the harness itself worked. */
  async cell(): Promise<Reading[]> {
    const { way, provider, subject, signal } = this
    const logDir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
    const record = blankRecord(subject, provider.name, '')
    const context = { provider, faults, causes, probes, logDir, signal, progress: () => {}, cold: way.cold === true }
    const started = performance.now()
    const working = performance.eventLoopUtilization()
    for await (const _ of runStages(subject, context, record));
    const whole = performance.now() - started
    const { active } = performance.eventLoopUtilization(working)
    rmSync(logDir, { recursive: true, force: true })
    if (record.verdict !== 'passed') throw new LabError('host', `${subject.name}: ${record.reason}`)
    return [{ name: `${way.title}: cell`, times: { whole, 'harness’s own': active } }]
  }
}

async function runProbe(host: Host): Promise<void> {
  const { stdout } = await host.exec(firstAnswer)
  if (stdout.trim() !== 'active') throw new LabError('host', `docker is ${stdout.trim() || 'silent'} on ${host.name}`)
}
