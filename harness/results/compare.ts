import type { CellRecord, RunRecord } from './record.ts'

/** Two records side by side, cell by cell. */
export interface Comparison {
  /** Names of cells that ran in both. */
  compared: string[]
  /** How many answers the first record holds about those. */
  answers: number
  /** Cells that differ, with the answers that only one of the records has. */
  different: { name: string; first: string[]; second: string[] }[]
  /** Cells that ran in only one of them. */
  alone: { first: string[]; second: string[] }
}

/**
 * The results of a cell, one line for each answer. It leaves out times, ids and texts of the host, so that two runs of a
 * cell give the same lines whichever provider made the hosts.
 */
export const answersOf = (cell: CellRecord): string[] => [
  `verdict: ${[cell.verdict, cell.reason].filter(Boolean).join(', ')}`,
  ...cell.stages.map(({ name, verdict, mismatches }) => `${name}: ${[verdict, ...mismatches].join('; ')}`),
  ...cell.probes.map(
    ({ stage, name, expected, observed }) => `${stage}: probe ${name}: ${observed} (expected: ${expected})`,
  ),
  ...cell.diagnoses.map(({ stage, named }) => `${stage}: named: ${named.join(', ') || 'nothing'}`),
  ...cell.fixes.map(({ name, observed }) => `fix ${name}: ${observed}`),
  ...cell.fixes.flatMap(({ name, ladder }) =>
    Object.entries(ladder).map(([rung, seen]) => `fix ${name}, ${rung}: ${seen}`),
  ),
  ...(cell.traces ?? []).map(
    ({ stage, from, end, at, terminatingRule }) =>
      `${stage}: packet from the ${from} network: ${[end, at && `${at.location} (${at.way})`, terminatingRule?.rule].filter(Boolean).join(', ')}`,
  ),
]

/** Compares the results of the cells that ran in both runs. */
export function compareRecords(first: RunRecord, second: RunRecord): Comparison {
  const [ours, theirs] = [first, second].map(
    ({ cells }) =>
      new Map(cells.filter(({ verdict }) => verdict !== 'skipped').map((cell) => [cell.name, answersOf(cell)])),
  ) as [Map<string, string[]>, Map<string, string[]>]
  const compared = [...ours.keys()].filter((name) => theirs.has(name))
  const without = (some: string[], others: string[]): string[] => some.filter((answer) => !others.includes(answer))
  return {
    compared,
    answers: compared.reduce((sum, name) => sum + ours.get(name)!.length, 0),
    different: compared
      .map((name) => ({
        name,
        first: without(ours.get(name)!, theirs.get(name)!),
        second: without(theirs.get(name)!, ours.get(name)!),
      }))
      .filter((cell) => cell.first.length + cell.second.length > 0),
    alone: {
      first: [...ours.keys()].filter((name) => !theirs.has(name)),
      second: [...theirs.keys()].filter((name) => !ours.has(name)),
    },
  }
}

/** A comparison as text. */
export function comparisonText({ compared, answers, different, alone }: Comparison): string {
  const same = compared.length - different.length
  return [
    ...different.flatMap((cell) => [
      cell.name,
      ...cell.first.map((answer) => `  - ${answer}`),
      ...cell.second.map((answer) => `  + ${answer}`),
    ]),
    ...(['first', 'second'] as const).flatMap((which) =>
      alone[which].length > 0 ? [`only in the ${which}: ${alone[which].join(' ')}`] : [],
    ),
    `${same} of ${compared.length} cells have the same results in both (${answers} answers)`,
  ].join('\n')
}
