import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { buildIptables } from '../images/iptables.ts'
import type { Fault } from '../injection/fault.ts'
import { settle } from '../probes/containers.ts'
import type { Probe } from '../probes/probe.ts'
import type { CellRecord, StageRecord } from '../results/record.ts'
import type { Cell, Expectation } from '../scenario/cell.ts'
import { equip } from '../scoring/equip.ts'
import { disguise } from './disguise.ts'
import { HostSlot } from './host-slot.ts'
import { addSaved, type Notes, noteObservation } from './notes.ts'
import { differences, type Observation, observe, operate } from './observe.ts'
import { preparation } from './preparation.ts'
import type { RunContext } from './run-context.ts'
import { wrongStates } from './states.ts'

export type { RunContext } from './run-context.ts'

/** A cell that runs: its host, and what was seen of it so far. */
export class CellRun {
  readonly cell: Cell
  readonly context: RunContext
  readonly record: CellRecord
  /** What the running stage adds to the record. */
  notes: Notes
  stage = ''
  readonly slot: HostSlot
  healthy: Observation | undefined
  broken: Observation | undefined
  // The run that broke the host, if this one tries fixes beside it.
  private readonly origin: CellRun | undefined
  /** Where console and journal of its hosts are kept. */
  readonly hostLogs: string
  // Why an outside detector cannot run on this host, by its name.
  private unequipped: ReadonlyMap<string, string> = new Map()
  // The broken host is unchanged, so a fix may start from it.
  private isPristine = false
  // The host is not the one that was observed when it broke, but another like it.
  private isBrokenAgain = false
  // Ms that the cache saved of booting and preparing this host.
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

  /** Another run of the same cell: it tries fixes on its own hosts, from the state in which this one broke. */
  beside(hostLogs: string): CellRun {
    return new CellRun(this.cell, this.context, this.record, { origin: this, hostLogs })
  }

  get host(): Host | undefined {
    return this.slot.host
  }

  /** Aborted with the whole run, or when this part of it is abandoned. */
  get signal(): AbortSignal {
    return this.slot.signal
  }

  readonly progress = (line: string): void => this.context.progress(line, this.stage || undefined)

  /** The cell's faults in the order of injection, each with its parameters. */
  get faults(): { fault: Fault; params: Record<string, unknown> }[] {
    return [this.cell.fault, this.cell.and].flatMap((each) =>
      each ? [{ fault: this.context.faults[each.kind]!, params: each.params }] : [],
    )
  }

  /** The probes that the scenario uses. */
  private get probes(): Probe[] {
    return this.context.probes.filter(({ name }) => name in this.cell.healthy.probes)
  }

  /** Provisions a host with its conditions pinned, its outside and its probe containers. */
  async provision(): Promise<void> {
    const { cell, context, progress, signal, hostLogs: logDir } = this
    const keep = (context.keep ?? 'never') !== 'never'
    const first = !this.origin && this.host === undefined
    const saved: BuildOptions['saved'] = (kind, ms) => {
      if (kind === 'ready') this.bootMs += ms
      // A cell builds its images for its first host; the other hosts find them in the cache.
      else if (!first) return
      addSaved(this.notes, ms)
    }
    this.bootMs = 0
    for (const { fault, params } of this.faults) await fault.prepare?.({ progress, signal, saved }, params)
    if (cell.given.iptables) await buildIptables(cell.given.iptables, { progress, signal, saved })
    const prepare = preparation(cell.given, progress, signal)
    const cold = context.cold ?? false
    const more = context.more ?? false
    const snapshots = cell.fixes.length > 0 && !cold
    const options = { image: cell.host, logDir, progress, signal, keep, cold, more, snapshots, prepare, saved }
    await this.slot.take(() => context.provider.provision(options))
    if (cell.decoy) await disguise(this.host!, cell.decoy, { image: cell.host, progress, signal })
    // Outside detectors do not run on the hosts of fixes.
    if (context.outside && !this.healthy)
      this.unequipped = await equip(this.host!, cell.host, context.outside, { progress, signal })
  }

  /** Injects all faults and triggers all but the last: an earlier fault breaks the host before the next is injected. */
  async inject(): Promise<void> {
    const host = this.host!
    for (const [index, { fault, params }] of this.faults.entries()) {
      await fault.inject(host, params)
      if (index === this.faults.length - 1) return
      await fault.trigger?.(host, params)
      await settle(host)
    }
  }

  /** Triggers the last, latent fault, and waits until the host has settled. */
  async trigger(): Promise<void> {
    const { fault, params } = this.faults.at(-1)!
    await fault.trigger?.(this.host!, params)
    await settle(this.host!)
  }

  /** Observes the host and records what was seen; each difference from the expectation is a mismatch. */
  async check(stage: StageRecord, expected: Partial<Expectation> = {}, as = stage.name): Promise<Observation> {
    // A packet is traced only if the scenario has an expectation for it. After a fix the probes alone judge.
    const known = expected.probes !== undefined && !this.cell.varied
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
    if (!this.cell.varied) {
      // Without followers no packet is expected either.
      const { trace: _, ...untraced } = expected
      stage.mismatches.push(...differences(this.context.followers ? expected : untraced, seen))
      if (healthy && known) stage.mismatches.push(...wrongStates(stage.name, seen, healthy.vector))
    }
    return seen
  }

  /** Saves the host's present state, from which every fix starts. */
  async keepBroken(): Promise<void> {
    if (this.cell.fixes.length > 0 && !this.context.cold) await this.context.provider.snapshot?.(this.host!, 'broken')
    this.isPristine = true
  }

  /** Brings the host back to its broken state: from the snapshot, or by breaking a new host where there is none. */
  async breakAgain(): Promise<void> {
    const { provider, cold } = this.context
    if (!this.isPristine && provider.restore && !cold) {
      const started = performance.now()
      await this.goOnFromBroken()
      // The trigger's time is recorded only together with the observation after it, so the true saving is larger.
      const injected = this.record.stages.find(({ name }) => name === 'inject')?.durationMs ?? 0
      addSaved(this.notes, Math.max(0, this.bootMs + injected - (performance.now() - started)))
    } else if (!this.isPristine) {
      await this.host?.[Symbol.asyncDispose]()
      await this.provision()
      await this.inject()
      await this.trigger()
      // A snapshot is taken after the operations. With the fault of iptables 1.8.11, they alone remove rules.
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

  /** The broken host's facts before a fix. A host that was broken again has another boot id than the observed one. */
  async factsBefore(): Promise<Facts> {
    return this.isBrokenAgain ? readFacts(await collect(this.host!)) : this.broken!.facts
  }
}
