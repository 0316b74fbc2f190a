import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readFacts } from '../evidence/facts.ts'
import { type Readings, readingsOf } from '../evidence/readings.ts'
import { recordedBundles } from '../evidence/recorded-bundles.ts'
import { probes } from '../probes/index.ts'
import type { Outcome } from '../scenario/terms.ts'
import type { RunFolder } from './read-record.ts'
import { baseName, type CellRecord } from './record.ts'

/** What runs saw of a host in one state: a cell at one stage. */
export interface HostState {
  /** What was injected, as the diagnosis should name it; else the scenario. `healthy` before anything was injected. */
  cause: string
  /** The scenario with its variant and stage, as `masquerade-off-reboot (latent)`. */
  kind: string
  /** The same on a host, as `debian12-masquerade-off-reboot (latent)`. */
  name: string
  /** The connectivity probes that answered otherwise than on the healthy host, as `egress-tcp fail`, in order. */
  changed: string[]
  /** The other probes: operations, and those that only some scenarios run. */
  others: Record<string, Outcome>
  /** How a traced packet ended, by the network it came from. */
  traces: Record<string, string>
  /** The lines of evidence that the diagnosis named its causes by. */
  quoted: string[]
  /** The files of its bundles, and that of the same host when it was healthy. */
  bundles: string[]
  healthyBundle?: string
}

/** The name of the cause of a state to which nothing was done. */
export const nothing = 'healthy'

// What ping and curl could do. Operations change the host, and some probes run in few scenarios.
const isConnectivity = new Set(probes.flatMap(({ name, healthy, changes }) => (healthy && !changes ? name : [])))

/** The latest state of each cell at each stage before its fixes. Where a probe crashed, the state is left out. */
export function hostStates(runs: readonly RunFolder[], recorded = recordedBundles()): HostState[] {
  const states = new Map<string, HostState>()
  // With another version of a program, the cause that a scenario injects may be absent.
  for (const { record, dir } of runs.toSorted((a, b) => a.record.startedAt.localeCompare(b.record.startedAt)))
    for (const cell of record.bisect ? [] : record.cells)
      for (const stage of ['healthy', 'latent', 'broken']) {
        const state = stateAt(cell, stage, join(dir, 'hosts', cell.name))
        if (!state) continue
        const own = recorded.get(`${baseName(cell.name)} ${stage}`) ?? []
        states.set(state.name, { ...state, bundles: [...state.bundles, ...own] })
      }
  return [...states.values()]
}

function stateAt(cell: CellRecord, stage: string, folder: string): HostState | undefined {
  const seen = cell.probes.filter((probe) => probe.stage === stage)
  const isBroken = cell.stages.some(({ name, verdict }) => name === stage && verdict === 'broken')
  // The second of two faults breaks nothing yet, so this is the state of the first alone.
  const isFirstAlone = stage === 'latent' && cell.scenario === 'two-at-once'
  if (seen.length === 0 || isBroken || isFirstAlone) return undefined
  const healthy = new Map(
    cell.probes.flatMap((probe) => (probe.stage === 'healthy' ? [[probe.name, probe.observed]] : [])),
  )
  const connectivity = seen.filter(({ name }) => isConnectivity.has(name))
  if (connectivity.some(({ observed }) => observed === 'error')) return undefined
  const others = seen.filter(({ name, observed }) => !isConnectivity.has(name) && observed !== 'error')
  const traces = (cell.traces ?? []).filter((trace) => trace.stage === stage)
  const bundle = (of: string): string[] => [join(folder, `${of}.bundle`)].filter((file) => existsSync(file))
  const findings = cell.diagnoses.filter((each) => each.stage === stage).flatMap(({ detail }) => detail)
  return {
    cause: stage === 'healthy' ? nothing : causeOf(cell),
    kind: stage === 'healthy' ? nothing : `${kindOf(cell)} (${stage})`,
    name: `${baseName(cell.name)} (${stage})`,
    changed: connectivity
      .filter(({ name, observed }) => observed !== healthy.get(name))
      .map(({ name, observed }) => `${name} ${observed}`)
      .sort(),
    others: Object.fromEntries(others.map(({ name, observed }) => [name, observed])),
    traces: Object.fromEntries(
      traces.map(({ from, end, at }) => [from, [end, at && `at ${at.location} (${at.way})`].filter(Boolean).join(' ')]),
    ),
    quoted: findings.flatMap(({ evidence }) => evidence.map(({ line }) => line)),
    bundles: bundle(stage),
    ...(bundle('healthy')[0] && { healthyBundle: bundle('healthy')[0]! }),
  }
}

/** What a cell injects: the causes that it expects of its broken host; where no cause fits, its scenario. */
function causeOf(cell: CellRecord): string {
  const expected = cell.diagnoses.find(({ stage }) => stage === 'broken')?.expected ?? []
  return expected.toSorted().join(' + ') || kindOf(cell)
}

const kindOf = ({ scenario, variant }: CellRecord): string => [scenario, variant].filter(Boolean).join('-')

const read = new Map<string, Readings | undefined>()

/** What a bundle answers; undefined where it cannot be read. Each file is read once. */
export function readingsIn(file: string): Readings | undefined {
  if (!read.has(file)) read.set(file, readOnce(file))
  return read.get(file)
}

function readOnce(file: string): Readings | undefined {
  try {
    return readingsOf(readFacts(readFileSync(file, 'utf8')))
  } catch {
    // A bundle of a killed run may be empty.
    return undefined
  }
}
