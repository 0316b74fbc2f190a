import type { FixClass, Outcome } from '../scenario/vocabulary.ts'
import type { Trace } from '../trace/trace.ts'
import type { ClaimRecord, ConfusionRecord, OutsideRecord, ScoreRecord } from './detector-record.ts'

/** record.json, the contract with every reader: versioned, and every report is a function of it and the files beside it. */
export interface RunRecord {
  version: 1
  runId: string
  /** ISO 8601, UTC. */
  startedAt: string
  durationMs: number
  /** Of `ofMs` in which its processes lived, the harness itself worked in `busyMs`; else it waited for hosts. */
  harness?: { busyMs: number; ofMs: number }
  verdict: Verdict
  /** The command that makes this run again. */
  command: string
  cells: CellRecord[]
  /** What was there against what the detectors named; absent from records older than it. */
  confusion?: ConfusionRecord
  /** What the write-ups say, judged by this run; only those claims that name a cell which ran. */
  claims?: ClaimRecord[]
  /** How right our detectors and outside ones were, ours first; only where outside ones were asked. */
  scores?: ScoreRecord[]
  /** Cells that were asked for and have no record: the run was cut short, or a shard is not there. */
  missing?: string[]
  /** Part `index` of `of`, from 1; `cells` are those of all parts, in order. */
  shard?: { index: number; of: number; cells: string[] }
  /** The runs this one was joined from. */
  mergedFrom?: string[]
}

/**
 * `broken` is the lab's own failure and never counts for or against a detector. `flaky` failed, and passed when it ran
 * again; `known` failed as known-issues.yaml expects. Stages are neither.
 */
export type Verdict = StageVerdict | 'flaky' | 'known'
export type StageVerdict = 'passed' | 'failed' | 'broken' | 'skipped'

export interface CellRecord {
  /** `<host>-<scenario>[-<variant>]`, and `#2`, `#3` where it was to run more than once. */
  name: string
  scenario: string
  title: string
  /** The write-up the scenario comes from, `000` to `004`, where there is one. */
  source?: string
  host: string
  variant?: string
  provider: string
  accelerator: string
  verdict: Verdict
  /** Why it was skipped, failed or broken, as a sentence that names the stage. */
  reason?: string
  durationMs: number
  /** What kept images, machines and states spared it: with `durationMs`, what it takes alone and from nothing. */
  sparedMs?: number
  /** The healthy host; `after` is the host as the last rebooting cure left it, where one ran. */
  facts: HostFacts & { after?: HostFacts }
  stages: StageRecord[]
  probes: ProbeRecord[]
  diagnoses: DiagnosisRecord[]
  /** What outside detectors said on the same looks at the host, where the run asked any. */
  outside?: OutsideRecord[]
  fixes: FixRecord[]
  /** How the ruleset differs from the healthy one, by stage; iptables-save lines. */
  rulesets: { stage: string; removed: string[]; added: string[] }[]
  /** Packets followed from a container on the default bridge or on a user network; absent from older records. */
  traces?: TraceRecord[]
  /** The command that makes this cell again. */
  command: string
  /** Where its scenario, or its variant, begins. */
  where?: { file: string; line: number }
  /** Earlier tries of it in this run, oldest first: those that failed, and those the lab itself broke. */
  attempts?: AttemptRecord[]
  /** The entry of known-issues.yaml that speaks of it. */
  knownIssue?: KnownIssueRecord
}

/** The reason of a cell that was cut short together with its run: it says nothing of the cell. */
export const interrupted = 'interrupted'

/** A cell's name without the number of its repetition: what commands know it by. */
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
  /** What happened, in one sentence. */
  summary: string
  /** What was expected and what was seen, line by line, when it did not pass. */
  mismatches: string[]
  /** Lines the scenario asked for and the host's journal gave. */
  journal?: { expected: string; seen?: string }[]
}

export interface ProbeRecord {
  stage: string
  name: string
  expected: Outcome
  observed: Outcome
  durationMs: number
  /** What the tool saw, cleaned and short. */
  detail: string
}

export interface DiagnosisRecord {
  stage: string
  /** Causes that had to be named. */
  expected: string[]
  /** Causes that were named. */
  named: string[]
  detail: NamedCause[]
  /** What the diagnosis said of the host as a whole, and had to say; absent from older records. */
  verdict?: { expected: HostVerdict; seen: HostVerdict }
  /** A sentence for each thing that is wrong and that no cause explains. */
  unexplained?: string[]
}

export type HostVerdict = 'healthy' | 'sick' | 'unknown'

/** A cause that was named, and the advice that was given on it. */
export interface NamedCause {
  cause: string
  /** `latent`: nothing fails of it yet; `active`: it fails now. */
  state: 'latent' | 'active'
  confidence: 'certain' | 'likely'
  /** One sentence for a person. */
  summary: string
  /** The lines of evidence it stands on, as the host gave them. */
  evidence: readonly { from: string; line: string }[]
  /** Names of the remedies that were recommended. */
  fixes: string[]
  /** What people try that does not help, and why. */
  nonFixes: { name: string; why: string }[]
}

export interface FixRecord {
  name: string
  title: string
  expected: FixClass
  observed: FixClass | 'error'
  steps: string[]
  /** Rungs of durability climbed after it, with what was seen on each. */
  ladder: Record<string, FixClass | 'error'>
  /** Outcome in one sentence. */
  detail: string
  facts?: HostFacts
}
