import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { rulesetDiff } from '../evidence/ruleset-diff.ts'
import type { Cause } from '../faults/cause.ts'
import { decoys } from '../faults/decoys.ts'
import type { execute } from '../faults/execute.ts'
import type { Fault } from '../faults/fault.ts'
import type { Host, Provider } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { LabError } from '../lib/errors.ts'
import { settle } from '../probes/fleet.ts'
import type { Probe } from '../probes/probe.ts'
import type { CellRecord, DiagnosisRecord, HostVerdict, StageRecord } from '../results/record.ts'
import type { Cell, Expectation } from '../scenario/cell.ts'
import type { Adapter } from '../scoring/adapter.ts'
import type { Answer } from '../scoring/ask.ts'
import { equip } from '../scoring/equip.ts'
import { differences, type Follower, type Observation, observe, operate } from './observe.ts'
import { preparation } from './preparation.ts'

/** What a run works with. Specs hand in other causes, faults and hosts to prove that a run can fail. */
export interface Lab {
  provider: Provider
  faults: Readonly<Record<string, Fault>>
  causes: readonly Cause[]
  probes: readonly Probe[]
  /** Who runs a procedure's steps; specs hand in one that does not. */
  execute?: typeof execute
  /** None: no packet is followed. */
  followers?: readonly Follower[]
  /** Where console and journal of this cell are kept. */
  logDir: string
  signal: AbortSignal
  progress: (line: string) => void
  keep?: 'never' | 'failed' | 'always'
  /** Other cells follow, or run beside this one. */
  more?: boolean
  /** Every host boots for itself, and every fix is tried on a host that was broken for it. */
  cold?: boolean
  /** Detectors from outside, asked wherever the state of the host is known. */
  outside?: readonly Adapter[]
}

/** One cell being played: its host, and what was seen of it so far. */
export class Scene {
  readonly cell: Cell
  readonly lab: Lab
  readonly record: CellRecord
  host: Host | undefined
  healthy: Observation | undefined
  broken: Observation | undefined
  // Why an outside detector cannot be asked on this host.
  private unequipped: ReadonlyMap<string, string> = new Map()
  // Nothing has been done to the broken host yet, so a fix may start from it.
  private untouched = false
  // It is not the broken host that was looked at, but another like it.
  private anew = false
  // What booting and preparing this host would have taken, where that was spared; ms.
  private bootMs = 0

  constructor(cell: Cell, lab: Lab, record: CellRecord) {
    this.cell = cell
    this.lab = lab
    this.record = record
  }

  /** The cell's faults in the order in which they come, each with its parameters. */
  get faults(): { fault: Fault; params: Record<string, unknown> }[] {
    return [this.cell.fault, this.cell.and].flatMap((each) =>
      each ? [{ fault: this.lab.faults[each.kind]!, params: each.params }] : [],
    )
  }

  /** Those that the scenario asks. */
  private get probes(): Probe[] {
    return this.lab.probes.filter(({ name }) => name in this.cell.healthy.probes)
  }

  /** A new host with its hidden variables pinned, its outside and its probe containers. */
  async provision(): Promise<void> {
    const { cell, lab } = this
    const { logDir, progress, signal } = lab
    const keep = (lab.keep ?? 'never') !== 'never'
    const first = this.host === undefined
    const spared: BuildOptions['spared'] = (kind, ms) => {
      if (kind === 'ready') this.bootMs += ms
      // Alone, a cell builds its images for its first host; the others find them.
      else if (!first) return
      this.spare(ms)
    }
    this.bootMs = 0
    for (const { fault } of this.faults) await fault.prepare?.({ progress, signal, spared })
    const prepare = preparation(cell.given, progress)
    const cold = lab.cold ?? false
    const more = lab.more ?? false
    const snapshots = cell.fixes.length > 0 && !cold
    const options = { image: cell.host, logDir, progress, signal, keep, cold, more, snapshots, prepare, spared }
    this.host = await lab.provider.provision(options)
    if (cell.decoy) await this.disguise(cell.decoy)
    // Fixes are tried on hosts that no outside detector is asked about.
    if (lab.outside && !this.healthy)
      this.unequipped = await equip(this.host, cell.host, lab.outside, { progress, signal })
  }

  private async disguise(decoy: string): Promise<void> {
    this.lab.progress(`making it look odd: ${decoy}`)
    const { code, stderr } = await this.host!.exec(decoys[decoy]!, { deadlineMs: 60_000 })
    if (code !== 0) throw new LabError('host', `the decoy ${decoy} failed: exit ${code}`, { facts: { stderr } })
    await settle(this.host!)
  }

  private spare(ms: number): void {
    this.record.sparedMs = Math.round((this.record.sparedMs ?? 0) + ms)
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
    const followers = (known && this.lab.followers) || []
    const outside = (known && this.lab.outside) || []
    const seen = await observe(this.host!, {
      ...this.lab,
      probes: this.probes,
      followers,
      outside: outside.filter(({ name }) => !this.unequipped.has(name)),
    })
    const file = join(this.lab.logDir, `${as.replaceAll(/[^\w.+-]/g, '-')}.bundle`)
    await writeFile(file, seen.bundle)
    for (const { name, outcome, durationMs, detail } of seen.probes) {
      const wanted = expected.probes?.[name] ?? outcome
      this.record.probes.push({ stage: as, name, expected: wanted, observed: outcome, durationMs, detail })
    }
    const followed = seen.traces.map(({ from, trace }) => ({ stage: as, from, ...trace }))
    if (followed.length > 0) this.record.traces = [...(this.record.traces ?? []), ...followed]
    const causes = expected.diagnosis ?? seen.named
    this.record.diagnoses.push(diagnosisRecord(as, causes, expected.verdict, seen))
    for (const { name } of outside) {
      const answer = seen.outside.get(name) ?? skipped(this.unequipped.get(name)!)
      this.record.outside = [...(this.record.outside ?? []), { detector: name, stage: as, ...answer }]
    }
    if (this.healthy)
      this.record.rulesets.push({ stage: as, ...rulesetDiff(this.healthy.facts.rules, seen.facts.rules) })
    stage.mismatches.push(...differences(expected, seen))
    return seen
  }

  /** Keeps the host as it is now: the state that every fix starts from. */
  async keepBroken(): Promise<void> {
    if (this.cell.fixes.length > 0 && !this.lab.cold) await this.lab.provider.snapshot?.(this.host!, 'broken')
    this.untouched = true
  }

  /** The host as it was when it broke: from the snapshot, or broken anew where the provider keeps none. */
  async breakAgain(): Promise<void> {
    const { provider } = this.lab
    if (!this.untouched && provider.restore && !this.lab.cold) {
      const started = performance.now()
      await provider.restore(this.host!, 'broken')
      // The trigger's time is not known apart from the look that follows it: what is spared is more than this.
      const injected = this.record.stages.find(({ name }) => name === 'inject')?.durationMs ?? 0
      this.spare(Math.max(0, this.bootMs + injected - (performance.now() - started)))
    } else if (!this.untouched) {
      await this.host![Symbol.asyncDispose]()
      await this.provision()
      await this.inject()
      await this.trigger()
      // What a state is kept of has been operated on; and where iptables 1.8.11 is the fault, that alone takes rules away.
      await operate(this.host!, this.probes)
      this.anew = true
    }
    this.untouched = false
  }

  /** What the broken host says of itself before a fix: one that was broken anew has another boot than the one looked at. */
  async factsBefore(): Promise<Facts> {
    return this.anew ? readFacts(await collect(this.host!)) : this.broken!.facts
  }
}

const diagnosisRecord = (
  stage: string,
  expected: readonly string[],
  verdict: HostVerdict | undefined,
  { named, examination }: Observation,
): DiagnosisRecord => ({
  stage,
  expected: [...expected],
  named,
  detail: examination.findings.map(({ cause, state, confidence, summary, evidence, remedies, nonFixes }) => ({
    cause,
    state,
    confidence,
    summary,
    evidence,
    fixes: remedies.map(({ name }) => name),
    nonFixes: nonFixes.map(({ name, why }) => ({ name, why })),
  })),
  verdict: { expected: verdict ?? examination.verdict, seen: examination.verdict },
  unexplained: examination.unexplained,
})

const skipped = (reason: string): Answer => ({ said: 'skipped', named: [], durationMs: 0, detail: reason })
