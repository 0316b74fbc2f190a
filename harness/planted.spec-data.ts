import type { Probe } from './probes/probe.ts'
import type { Cell } from './scenario/cell.ts'
import { given } from './scenario/conditions.ts'

type Outcomes = Cell['healthy']['probes']

/** A cell of a planted fault. What it expects of the fault is wrong on purpose: sweeps and bisections assert nothing. */
export const plantedCell = (
  host: string,
  healthy: Outcomes,
  params: NonNullable<Cell['fault']>['params'] = {},
): Cell => ({
  name: `${host}-planted`,
  scenario: 'planted',
  host,
  title: 'A planted fault',
  tags: [],
  needs: [],
  given: given.parse({}),
  fault: { kind: 'planted', params },
  healthy: { probes: healthy, diagnosis: [], journal: [] },
  broken: { probes: { ...healthy, isolation: 'pass' }, diagnosis: ['planted'], journal: ['no such line'] },
  fixes: [{ use: 'none', expect: 'cures', facts: {}, ladder: {} }],
  where: { file: 'scenarios/planted.yaml', line: 1 },
})

/** Its probes, each by a script of its name. */
export const plantedProbes = (healthy: Outcomes): Probe[] =>
  Object.entries(healthy).map(([name, outcome]) => ({
    name,
    healthy: outcome,
    script: `probe ${name}`,
    failCodes: [1],
    deadlineMs: 1000,
  }))
