import type { Cause } from '../cause/cause.ts'
import type { execute } from '../fix/execute.ts'
import type { Provider } from '../hosts/host.ts'
import type { Fault } from '../injection/fault.ts'
import type { Probe } from '../probes/probe.ts'
import type { Adapter } from '../scoring/adapter.ts'
import type { Follower } from './observe.ts'

/** What a run works with. Specs hand in other causes, faults and hosts to prove that a run can fail. */
export interface RunContext {
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
  /** A line of progress, and the stage that it is of. */
  progress: (line: string, stage?: string) => void
  keep?: 'never' | 'failed' | 'always'
  /** Other cells follow, or run beside this one. */
  more?: boolean
  /** Every host boots for itself, and every fix is tried on a host that was broken for it. */
  cold?: boolean
  /** Detectors from outside, asked wherever the state of the host is known. */
  outside?: readonly Adapter[]
  /** How many hosts of this cell there is room for at once, where that is more than one. */
  lanes?: () => number
}
