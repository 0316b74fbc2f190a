import { type Equivalent, isMeant } from './equivalents.ts'

/** One mutant as Stryker judged it. */
export interface Mutant {
  file: string
  /** Where it stands, as a pattern of Stryker's `mutate`: `file.ts:3:4-3:9`, lines from 1 and columns from 0. */
  range: string
  /** From 1. */
  lineNumber: number
  /** The text of its first line. */
  line: string
  mutator: string
  /** What replaced the code. */
  to: string
  status: string
}

export interface Row {
  folder: string
  killed: number
  timedOut: number
  /** Those that no spec notices, equivalents left out. */
  survivors: Mutant[]
  equivalent: number
  /** Entries of the list of equivalents for these files that meant no survivor. */
  outdated: Equivalent[]
}

/** Whether no spec noticed a mutant. */
export const isAlive = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage'

/** The mutants of a first round, with the results of a second one for those that the first did not notice. */
export function merged(first: readonly Mutant[], second: readonly Mutant[]): Mutant[] {
  const key = ({ range, mutator, to }: Mutant): string => `${range} ${mutator} ${to}`
  const later = new Map(second.map((mutant) => [key(mutant), mutant]))
  return first.map((mutant) => (isAlive(mutant) ? (later.get(key(mutant)) ?? mutant) : mutant))
}

/** Counts the mutants of one folder. Those that Stryker left out or could not run count for nothing. */
export function rowOf(folder: string, mutants: readonly Mutant[], equivalents: readonly Equivalent[]): Row {
  const count = (status: string): number => mutants.filter((mutant) => mutant.status === status).length
  const alive = mutants.filter(isAlive)
  const survivors = alive.filter((mutant) => !equivalents.some((entry) => isMeant(entry, mutant)))
  const outdated = equivalents.filter(
    (entry) => mutants.some(({ file }) => file === entry.file) && !alive.some((mutant) => isMeant(entry, mutant)),
  )
  return {
    folder,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survivors,
    equivalent: alive.length - survivors.length,
    outdated,
  }
}

/** The share of mutants, without the equivalent ones, that specs notice, in percent; undefined where there are none. */
export function score(rows: readonly Row[]): number | undefined {
  const noticed = rows.reduce((sum, { killed, timedOut }) => sum + killed + timedOut, 0)
  const all = rows.reduce((sum, { survivors }) => sum + survivors.length, noticed)
  return all === 0 ? undefined : (100 * noticed) / all
}

const percent = (rows: readonly Row[]): string => score(rows)?.toFixed(1) ?? '–'

/** The rows and their sum as a table of Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0)
  const line = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`
  return [
    line('folder', 'killed', 'timed out', 'survived', 'equivalent', 'score'),
    line('---', '---:', '---:', '---:', '---:', '---:'),
    ...rows.map((row) =>
      line(row.folder, row.killed, row.timedOut, row.survivors.length, row.equivalent, percent([row])),
    ),
    ...(rows.length > 1
      ? [
          line(
            'all',
            sum(({ killed }) => killed),
            sum(({ timedOut }) => timedOut),
            sum(({ survivors }) => survivors.length),
            sum(({ equivalent }) => equivalent),
            percent(rows),
          ),
        ]
      : []),
  ].join('\n')
}

/** Each survivor in two lines: where it is, and what became of the line. */
export const survivorsOf = (rows: readonly Row[]): string =>
  rows
    .flatMap(({ survivors, outdated }) => [
      ...survivors.map(
        ({ file, lineNumber, line, mutator, to, status }) =>
          `${file}:${lineNumber} ${mutator}${status === 'NoCoverage' ? ', which no spec runs' : ''}\n    ${line.trim()}\n    → ${to}`,
      ),
      ...outdated.map(
        ({ file, line, to }) => `${file}: listed as equivalent, but specs notice it\n    ${line}\n    → ${to}`,
      ),
    ])
    .join('\n')
