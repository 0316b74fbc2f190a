import { faults } from './causes/index.ts'
import { providerNames } from './hosts/index.ts'
import { allHosts, likes } from './images/public.ts'
import { decoys } from './injection/decoys.ts'
import { proceduresOf } from './injection/fault.ts'
import { probes } from './probes/index.ts'
import type { Cell } from './scenario/cell.ts'
import { type KnownIssue, loadKnownIssues } from './scenario/known-issues.ts'
import { loadScenarios } from './scenario/load.ts'
import type { Registry } from './scenario/terms.ts'

export const scenariosDir = new URL('../scenarios/', import.meta.url).pathname

/** The words that a scenario may use, as later layers define them. */
export const registry = (): Registry => ({
  faults: Object.fromEntries(
    Object.entries(faults).map(([kind, fault]) => [
      kind,
      { params: fault.params, fixes: Object.keys(proceduresOf(fault)), causes: fault.cause ? [fault.cause.id] : [] },
    ]),
  ),
  probes: Object.fromEntries(probes.map(({ name, healthy, group }) => [name, { healthy, group }])),
  hosts: allHosts(),
  likes: likes(),
  decoys: Object.keys(decoys),
})

/** Every cell of the scenarios in scenarios/. Throws LabError `usage` with file, line and column of each mistake. */
export const allCells = (): Cell[] => loadScenarios(scenariosDir, registry())

/** The known issues of these cells. Throws LabError `usage` like `allCells`. */
export const knownIssues = (cells: readonly Cell[]): KnownIssue[] =>
  loadKnownIssues(`${scenariosDir}known-issues.yaml`, { cells, providers: providerNames })
