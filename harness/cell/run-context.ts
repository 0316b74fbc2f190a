import type { Cause } from '../cause/cause.ts'
import type { execute } from '../fix/execute.ts'
import type { Provider } from '../hosts/host.ts'
import type { Fault } from '../injection/fault.ts'
import type { Probe } from '../probes/probe.ts'
import type { Adapter } from '../scoring/adapter.ts'
import type { Follower } from './observe.ts'

/** What a run works with. Specs pass other causes, faults and hosts to prove that a run can fail. */
export interface RunContext {
  provider: Provider
  faults: Readonly<Record<string, Fault>>
  causes: readonly Cause[]
  probes: readonly Probe[]
  /** Runs a procedure's steps; specs pass one that does not. */
  execute?: typeof execute
  /** Without them, no packet is traced. */
  followers?: readonly Follower[]
  /** The folder for this cell's console and journal. */
  logDir: string
  signal: AbortSignal
  /** Takes a line of progress and its stage. */
  progress: (line: string, stage?: string) => void
  keep?: 'never' | 'failed' | 'always'
  /** Other cells run after or beside this one. */
  more?: boolean
  /** Every host boots from its disk, and every fix has a host that was broken for it. */
  cold?: boolean
  /** Outside detectors; they run wherever the host's state is known. */
  outside?: readonly Adapter[]
  /** How many hosts of this cell have room at once; without it, one. */
  lanes?: () => number
}
