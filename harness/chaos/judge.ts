import { exit } from '../lib/errors.ts'
import { answersOf } from '../results/compare.ts'
import type { CellRecord, RunRecord } from '../results/record.ts'

/** What was seen of a run after one of its processes had ended. */
export interface Seen {
  /** Of the process; null where a signal ended it. */
  code: number | null
  /** It did not end by itself, and was ended after its deadline. */
  hung: boolean
  /** The records of ended cells, as their files hold them, by name. */
  cells: ReadonlyMap<string, string>
  /** When the files of a cell's hosts were last written, by the cell's name. */
  written: ReadonlyMap<string, number>
  /** The record of the whole run, once it is there. */
  record?: RunRecord | undefined
}

/** What is wrong with a run and its processes, a sentence each. */
export interface Verdicts {
  lost: string[]
  doubled: string[]
  /** An infrastructure fault that was reported as pass or as a failed test, or a process that hung. */
  wrong: string[]
}

/** The answers of each cell of a run that nobody disturbed. */
export type Baseline = Readonly<Record<string, readonly string[]>>

/** Judges a run by what was seen after each of its processes. `wanted`: the cells of its plan. */
export function judgeRun(wanted: readonly string[], seen: readonly Seen[], baseline: Baseline): Verdicts {
  const record = seen.at(-1)?.record
  const names = record?.cells.map(({ name }) => name) ?? []
  const lost = record
    ? [...wanted.filter((name) => !names.includes(name)), ...(record.missing ?? [])].map((name) => `${name} is lost`)
    : ['the run has no record']
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return {
    lost: [...new Set(lost)],
    doubled: [...twice.map((name) => `${name} is twice in the record`), ...ranAgain(seen)],
    wrong: [
      ...seen.flatMap((one, index) => wrongEnd(one, `process ${index + 1}`)),
      ...(record?.cells ?? []).flatMap((cell) => wrongCell(cell, baseline[cell.name])),
    ],
  }
}

/** Cells that had ended, and that a later process ran again: their record or the files of their hosts were written. */
const ranAgain = (seen: readonly Seen[]): string[] =>
  seen.flatMap((before, index) =>
    [...before.cells].flatMap(([name, text]) => {
      const after = seen[index + 1]
      if (!after) return []
      if (after.cells.get(name) !== text) return [`${name} had ended, and its record changed`]
      return (after.written.get(name) ?? 0) > (before.written.get(name) ?? 0)
        ? [`${name} had ended, and process ${index + 2} ran it again`]
        : []
    }),
  )

/** A process that ends by itself has a code that fits its record; without a record it may report neither pass nor fail. */
function wrongEnd({ code, hung, record }: Seen, who: string): string[] {
  if (hung) return [`${who} hung`]
  if (code === null) return []
  if (!record)
    return code === exit.passed || code === exit.failed ? [`${who} ended with ${code} and without a record`] : []
  return code === exit[record.verdict] ? [] : [`${who} ended with ${code}, and its record is ${record.verdict}`]
}

/** A cell is broken, or it ran whole and gave the answers that it gives when nobody disturbs it. */
function wrongCell(cell: CellRecord, expected: readonly string[] | undefined): string[] {
  if (cell.verdict === 'broken') return []
  if (cell.verdict !== 'passed') return [`${cell.name} is ${cell.verdict}: ${cell.reason ?? 'no reason'}`]
  const answers = answersOf(cell)
  const differing = [
    ...answers.filter((answer) => !expected?.includes(answer)).map((answer) => `+ ${answer}`),
    ...(expected ?? []).filter((answer) => !answers.includes(answer)).map((answer) => `- ${answer}`),
  ]
  return differing.length > 0 ? [`${cell.name} passed with other answers: ${differing.slice(0, 3).join('; ')}`] : []
}
