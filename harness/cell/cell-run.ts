import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { decoys } from '../injection/decoys.ts'
import type { Fault } from '../injection/fault.ts'
import { LabError } from '../lib/errors.ts'
import { settle } from '../probes/containers.ts'
import type { Probe } from '../probes/probe.ts'
import type { CellRecord, StageRecord } from '../results/record.ts'
import type { Cell, Expectation } from '../scenario/cell.ts'
import { equip } from '../scoring/equip.ts'
import { HostSlot } from './host-slot.ts'
import { addSaved, type Notes, noteObservation } from './notes.ts'
import { differences, type Observation, observe, operate } from './observe.ts'
import { preparation } from './preparation.ts'
import type { RunContext } from './run-context.ts'

export type { RunContext } from './run-context.ts'

/** One cell being played: its host, and what was seen of it so far. */
export class CellRun {
  readonly cell: Cell
  readonly context: RunContext
  readonly record: CellRecord
  /** What the stage that runs adds to the record, and its name. */
  notes: Notes
  stage = ''
  readonly slot: HostSlot
  healthy: Observation | undefined
  broken: Observation | undefined
  // The run that broke the host, where this one goes on beside it.
  private readonly origin: CellRun | undefined
  /** Where console and journal of its hosts are kept. */
  readonly hostLogs: string
  // Why an outside detector cannot be asked on this host.
  private unequipped: ReadonlyMap<string, string> = new Map()
  // Nothing has been done to the broken host yet, so a fix may start from it.
  private isPristine = false
  // It is not the broken host that was looked at, but another like it.
  private isBrokenAgain = false
  // What booting and preparing this host would have taken, where that was spared; ms.
  private bootMs = 0

  constructor(cell: Cell, context: RunContext, record: CellRecord, beside?: { origin: CellRun; hostLogs: string }) {
    this.cell = cell
    this.context = context
    this.record = record
    this.notes = record
    this.slot = new HostSlot(context.signal)
    this.hostLogs = beside?.hostLogs ?? context.logDir
    this.origin = beside?.origin
    this.healthy = this.origin?.healthy
    this.broken = this.origin?.broken
    this.bootMs = this.origin?.bootMs ?? 0
  }

  /** Another run of the same cell that tries fixes on hosts of its own, from the state in which this one has broken. */
  beside(hostLogs: string): CellRun {
    return new CellRun(this.cell, this.context, this.record, { origin: this, hostLogs })
  }

  get host(): Host | undefined {
    return this.slot.host
  }

  /** Aborted when the whole run is, or when this part of it is given up. */
  get signal(): AbortSignal {
    return this.slot.signal
  }

  readonly progress = (line: string): void => this.context.progress(line, this.stage || undefined)

  /** The cell's faults in the order in which they come, each with its parameters. */
  get faults(): { fault: Fault; params: Record<string, unknown> }[] {
    return [this.cell.fault, this.cell.and].flatMap((each) =>
      each ? [{ fault: this.context.faults[each.kind]!, params: each.params }] : [],
    )
  }

  /** Those that the scenario asks. */
  private get probes(): Probe[] {
    return this.context.probes.filter(({ name }) => name in this.cell.healthy.probes)
  }

  /** A new host with its hidden variables pinned, its outside and its probe containers. */
  async provision(): Promise<void> {
    const { cell, context, progress, signal, hostLogs: logDir } = this
    const keep = (context.keep ?? 'never') !== 'never'
    const first = !this.origin && this.host === undefined
    const saved: BuildOptions['saved'] = (kind, ms) => {
      if (kind === 'ready') this.bootMs += ms
      // Alone, a cell builds its images for its first host; the others find them.
      else if (!first) return
      addSaved(this.notes, ms)
    }
    this.bootMs = 0
    for (const { fault } of this.faults) await fault.prepare?.({ progress, signal, saved })
    const prepare = preparation(cell.given, progress)
    const cold = context.cold ?? false
    const more = context.more ?? false
    const snapshots = cell.fixes.length > 0 && !cold
    const options = { image: cell.host, logDir, progress, signal, keep, cold, more, snapshots, prepare, saved }
    await this.slot.take(() => context.provider.provision(options))
    if (cell.decoy) await this.disguise(cell.decoy)
    // Fixes are tried on hosts that no outside detector is asked about.
    if (context.outside && !this.healthy)
      this.unequipped = await equip(this.host!, cell.host, context.outside, { progress, signal })
  }

  private async disguise(decoy: string): Promise<void> {
    this.progress(`making it look odd: ${decoy}`)
    const { code, stderr } = await this.host!.exec(decoys[decoy]!, { deadlineMs: 60_000 })
    if (code !== 0) throw new LabError('host', `the decoy ${decoy} failed: exit ${code}`, { facts: { stderr } })
    await settle(this.host!)
  }

  /** Makes the host sick, up to the trigger of its last fault: what came before that has broken it already. */
  async inject(): Promise<void> {
    const host = this.host!
    for (const [index, { fault, params }] of this.faults.entries()) {
      await fault.inject(host, params)
      if (index === this.faults.length - 1) return
      await fault.trigger?.(host, params)
      await settle(host)
    }
  }

  /** Lets the last, latent fault break the host, and waits until it has come to rest. */
  async trigger(): Promise<void> {
    const { fault, params } = this.faults.at(-1)!
    await fault.trigger?.(this.host!, params)
    await settle(this.host!)
  }

  /** Looks at the host, and notes in the record what was seen; each difference from what is expected is a mismatch. */
  async look(stage: StageRecord, expected: Partial<Expectation> = {}, as = stage.name): Promise<Observation> {
    // After a fix the probes judge; a packet is followed where it is known beforehand how it has to fare.
    const known = expected.probes !== undefined
    const followers = (known && this.context.followers) || []
    const outside = (known && this.context.outside) || []
    const seen = await observe(this.host!, {
      ...this.context,
      progress: this.progress,
      probes: this.probes,
      followers,
      outside: outside.filter(({ name }) => !this.unequipped.has(name)),
    })
    const file = join(this.context.logDir, `${as.replaceAll(/[^\w.+-]/g, '-')}.bundle`)
    await writeFile(file, seen.bundle)
    const { healthy, unequipped } = this
    noteObservation(this.notes, seen, { as, expected, healthy, outside: outside.map(({ name }) => name), unequipped })
    stage.mismatches.push(...differences(expected, seen))
    return seen
  }

  /** Keeps the host as it is now: the state that every fix starts from. */
  async keepBroken(): Promise<void> {
    if (this.cell.fixes.length > 0 && !this.context.cold) await this.context.provider.snapshot?.(this.host!, 'broken')
    this.isPristine = true
  }

  /** The host as it was when it broke: from the snapshot, or broken anew where the provider keeps none. */
  async breakAgain(): Promise<void> {
    const { provider, cold } = this.context
    if (!this.isPristine && provider.restore && !cold) {
      const started = performance.now()
      await this.goOnFromBroken()
      // The trigger's time is not known apart from the look that follows it: what is spared is more than this.
      const injected = this.record.stages.find(({ name }) => name === 'inject')?.durationMs ?? 0
      addSaved(this.notes, Math.max(0, this.bootMs + injected - (performance.now() - started)))
    } else if (!this.isPristine) {
      await this.host?.[Symbol.asyncDispose]()
      await this.provision()
      await this.inject()
      await this.trigger()
      // What a state is kept of has been operated on; and where iptables 1.8.11 is the fault, that alone takes rules away.
      await operate(this.host!, this.probes)
      this.isBrokenAgain = true
    }
    this.isPristine = false
  }

  private async goOnFromBroken(): Promise<void> {
    const { provider } = this.context
    if (this.host) return provider.restore!(this.host, 'broken')
    const { signal, progress, hostLogs: logDir } = this
    await this.slot.take(() => provider.fork!(this.origin!.host!, 'broken', { logDir, progress, signal }))
  }

  /** What the broken host says of itself before a fix: one that was broken anew has another boot than the one looked at. */
  async factsBefore(): Promise<Facts> {
    return this.isBrokenAgain ? readFacts(await collect(this.host!)) : this.broken!.facts
  }
}
