import type { FixClass, Outcome } from '../scenario/terms.ts'
import type { Trace } from '../trace/trace.ts'
import type { BisectRecord } from './bisect-record.ts'
import type { ClaimRecord, ConfusionRecord, OutsideRecord, ScoreRecord } from './detector-record.ts'

/** The version that is written. `read-record.ts` reads the older ones. */
export const recordVersion = 2

/** record.json, the contract with every reader. It has a version; reports are made from it and the files beside it. */
export interface RunRecord {
  version: typeof recordVersion
  runId: string
  /** ISO 8601, UTC. */
  startedAt: string
  durationMs: number
  /** The harness ran for `ofMs` and was busy for `busyMs` of it; otherwise it waited for hosts. */
  harness?: { busyMs: number; ofMs: number }
  verdict: Verdict
  /** The command that repeats this run. */
  command: string
  cells: CellRecord[]
  /** The causes that were present against those that were named; absent from older records. */
  confusion?: ConfusionRecord
  /** The claims of the write-ups, judged by this run; only claims that name a cell of it. */
  claims?: ClaimRecord[]
  /** The scores of our detectors, then of each outside one; only where outside ones ran. */
  scores?: ScoreRecord[]
  /** Cells of the command that have no record: the run was cut short, or a shard is missing. */
  missing?: string[]
  /** Part `index` of `of`, counted from 1; `cells` lists the cells of all parts, in order. */
  shard?: { index: number; of: number; cells: string[] }
  /** The runs that were merged into this one. */
  mergedFrom?: string[]
  /** A search for the versions between which a symptom comes or goes. Its cells have their version in `varied`. */
  bisect?: BisectRecord
}

/**
 * `broken` is the lab's own failure and never counts for or against a detector. A `flaky` cell failed, then passed when
 * it ran again; a `known` one failed as known-issues.yaml expects. Stages are neither.
 */
export type Verdict = StageVerdict | 'flaky' | 'known'
export type StageVerdict = 'passed' | 'failed' | 'broken' | 'skipped'

export interface CellRecord {
  /** `<host>-<scenario>[-<variant>]`, with `#2`, `#3` where it runs more than once. */
  name: string
  scenario: string
  title: string
  /** The write-up that the scenario comes from, `000` to `004`, if any. */
  source?: string
  host: string
  variant?: string
  provider: string
  accelerator: string
  verdict: Verdict
  /** Why it was skipped, failed or broken: a sentence that names the stage. */
  reason?: string
  durationMs: number
  /** The time that cached images, machines and states saved. With `durationMs`: the time of the cell alone, from nothing. */
  savedMs?: number
  /** Facts of the healthy host; `after`, where present, are those after the last cure that rebooted it. */
  facts: HostFacts & { after?: HostFacts }
  stages: StageRecord[]
  probes: ProbeRecord[]
  diagnoses: DiagnosisRecord[]
  /** The answers of outside detectors at the same stages, where the run had any. */
  outside?: OutsideRecord[]
  fixes: FixRecord[]
  /** How the ruleset differs from that of the healthy host, by stage; lines of iptables-save. */
  rulesets: { stage: string; removed: string[]; added: string[] }[]
  /** Traced packets from a container on the default bridge or on a user network; absent from older records. */
  traces?: TraceRecord[]
  /** What a sweep or a bisection set, by its word for `--over`. Nothing was asserted of such a cell. */
  varied?: Record<string, string>
  /** Versions of packages of the healthy host; only of such a cell. */
  packages?: Record<string, string>
  /** The command that repeats this cell. */
  command: string
  /** Where its scenario, or its variant, begins. */
  where?: { file: string; line: number }
  /** Earlier tries in this run that failed or that the lab itself broke, oldest first. */
  attempts?: AttemptRecord[]
  /** The entry of known-issues.yaml that applies to it. */
  knownIssue?: KnownIssueRecord
}

/** The reason of a cell that was cut short with its run; it proves nothing about the cell. */
export const interrupted = 'interrupted'

/** The reason of a cell whose run had no more time for it. */
export const notBegun = 'the time of this run was over'

/** True of a cell that a resumed run has still to run. */
export const isLeft = ({ reason }: Pick<CellRecord, 'reason'>): boolean => reason === interrupted || reason === notBegun

/** A cell's name without the number of its repetition, as commands expect it. */
export const baseName = (name: string): string => name.replace(/#\d+$/, '')

export interface AttemptRecord {
  verdict: 'failed' | 'broken'
  reason: string
  durationMs: number
}

export interface KnownIssueRecord {
  pattern: string
  tracker: string
  /** The last day on which the failure is expected. */
  until: string
  where: { file: string; line: number }
}

export interface TraceRecord extends Trace {
  stage: string
  from: 'default' | 'user'
}

export interface HostFacts {
  kernel: string
  bootId: string
  os: string
  docker: string
  /** For instance `iptables v1.8.9 (nf_tables)`. */
  iptables: string
  /** What the alternative `iptables` points at. */
  alternative: string
}

export interface StageRecord {
  /** provision, healthy, inject, latent, broken, fix:<name>, … */
  name: string
  verdict: StageVerdict
  durationMs: number
  /** One sentence on what happened. */
  summary: string
  /** Where it did not pass: what was expected and what was observed, a line each. */
  mismatches: string[]
  /** The texts that the scenario expects in the host's journal, and the lines that hold them. */
  journal?: { expected: string; seen?: string }[]
}

export interface ProbeRecord {
  stage: string
  name: string
  expected: Outcome
  observed: Outcome
  durationMs: number
  /** The output of the tool, cleaned and shortened. */
  detail: string
}

export interface DiagnosisRecord {
  stage: string
  /** Causes that should be named. */
  expected: string[]
  /** Causes that were named. */
  named: string[]
  detail: NamedCause[]
  /** The verdict on the host, expected and seen; absent from older records. */
  verdict?: { expected: HostVerdict; seen: HostVerdict }
  /** A sentence for each symptom that no cause explains. */
  unexplained?: string[]
}

export type HostVerdict = 'healthy' | 'sick' | 'unknown'

/** A cause that was named, with its remedies. */
export interface NamedCause {
  cause: string
  /** `latent`: it breaks nothing yet; `active`: it breaks something now. */
  state: 'latent' | 'active'
  confidence: 'certain' | 'likely'
  /** One sentence for people. */
  summary: string
  /** The lines of evidence for it, as the host printed them. */
  evidence: readonly { from: string; line: string }[]
  /** Names of the recommended remedies. */
  fixes: string[]
  /** What people try that does not help, with the reason. */
  nonFixes: { name: string; why: string }[]
}

export interface FixRecord {
  name: string
  title: string
  expected: FixClass
  observed: FixClass | 'error'
  steps: string[]
  /** The rungs of the durability ladder that were tried after it, with the result of each. */
  ladder: Record<string, FixClass | 'error'>
  /** The outcome in one sentence. */
  detail: string
  facts?: HostFacts
}
