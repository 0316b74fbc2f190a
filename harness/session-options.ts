import type { RunContext } from './cell/run-context.ts'
import type { Reporter } from './report/terminal/index.ts'
import type { RunCellOptions } from './run.ts'
import type { KnownIssue } from './scenario/known-issues.ts'
import type { Retries } from './schedule/retry.ts'
import type { RunStore } from './schedule/run-store.ts'
import type { Choose } from './schedule/tasks.ts'
import type { Adapter } from './scoring/adapter.ts'

/** How to run cells, and whom to report to. */
export interface SessionOptions extends RunCellOptions {
  reporter: Reporter
  signal: AbortSignal
  /** The command that repeats this run. */
  command: string
  provider?: string
  /** How many cells run side by side; by default as many as processors and memory allow. */
  jobs?: number
  /** After so many minutes the run begins no more cells. */
  minutes?: number
  retries?: Retries
  knownIssues?: readonly KnownIssue[]
  keep?: RunContext['keep']
  cold?: boolean
  /** Outside detectors to score beside dockfault's own. */
  outside?: readonly Adapter[]
  /** Where a matrix saves each cell that has ended, so that an interrupted run can be resumed. */
  store?: RunStore
  /** The folder for reports and history, and the choice of a provider: specs pass their own. */
  reports?: string
  choose?: Choose
  /** What specs run in place of the real faults, causes and probes. */
  instead?: Partial<Pick<RunContext, 'faults' | 'causes' | 'probes'>>
}
