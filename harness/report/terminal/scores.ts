import { own } from '../../lib/own.ts'
import type { CauseScore, ScoreRecord } from '../../results/detector-record.ts'
import type { RunRecord } from '../../results/record.ts'
import { count, share } from '../words.ts'
import { type Paint, plain, wrap } from './paint.ts'

/** The score of each detector as lines for a terminal, ours first; then what each outside one named, by what was there. */
export function scoreLines({ scores = [] }: Pick<RunRecord, 'scores'>, paint: Paint): string[] {
  if (scores.length === 0) return []
  const width = Math.max(...scores.map(({ detector }) => Math.min(detector.length, 30)), 'Scores'.length)
  const head = ['precision', 'recall', 'found sick', 'found healthy', 'verdict right', 'errors']
  const lines = scores.map((score) => {
    const { causes, sick, healthy, errors } = score
    const figures = [
      share(causes.right, causes.named),
      share(causes.right, causes.there),
      share(sick.right, sick.there),
      share(healthy.right, healthy.there),
      share(sick.right + healthy.right, sick.there + healthy.there),
      errors > 0 ? paint.yellow(String(errors).padStart(6)) : paint.dim('·'.padStart(6)),
    ]
    return `  ${short(score.detector).padEnd(width)}${figures.map((text, i) => (i < 5 ? text.padStart(14) : `  ${text}`)).join('')}`
  })
  const names = [...new Set(scores.flatMap(({ byCause }) => Object.keys(byCause)))]
  return [
    '',
    `  ${paint.bold('Scores'.padEnd(width))}${paint.dim(head.map((text, i) => (i < 5 ? text.padStart(14) : `  ${text}`)).join(''))}`,
    ...lines,
    ...wrap(
      'precision: how many of the named causes were present; recall: how many of the present causes were named; ' +
        'the answer “sick” names no cause and counts only for the verdict',
      96,
      '  ',
    ).map((line) => paint.dim(line)),
    ...byCause(names, scores, paint),
    ...scores.slice(1).flatMap((score) => matrix(score, paint)),
  ]
}

function byCause(names: readonly string[], scores: readonly ScoreRecord[], paint: Paint): string[] {
  if (names.length === 0) return []
  const width = Math.max(...names.map((name) => Math.min(name.length, 30)), 'By cause'.length)
  const columns = scores.map(({ detector }) => Math.max(16, Math.min(detector.length, 30) + 2))
  const head = scores.map(({ detector }, i) => short(detector).padStart(columns[i]!)).join('')
  const figure = (of: CauseScore = { there: 0, named: 0, right: 0 }): string =>
    `${of.right} of ${of.there}${of.named > of.right ? `, ${of.named - of.right} wrong` : ''}`
  return [
    '',
    `  ${paint.bold('By cause'.padEnd(width))}${paint.dim(head)}`,
    ...names.map(
      (name) =>
        `  ${plain(name, 30).padEnd(width)}${scores.map((score, i) => figure(own(score.byCause, name)).padStart(columns[i]!)).join('')}`,
    ),
    paint.dim('  rightly named, of those present'),
  ]
}

function matrix({ detector, title, times, skipped, rows }: ScoreRecord, paint: Paint): string[] {
  const reasons = Object.entries(skipped).map(([why, n]) => `skipped ${count(n, 'time')}: ${why}`)
  const width = Math.max(...rows.map(({ there }) => Math.min(there.length, 40)), 20)
  const lines = rows.map((row) => {
    const answers = [
      ...Object.entries(row.named).map(([cause, n]) => {
        const right = cause === 'sick' ? row.sick : row.expected.includes(cause)
        return (right ? paint.green : paint.red)(`${plain(cause, 60)} ${n}`)
      }),
      ...(row.nothing > 0 ? [(row.sick ? paint.red : paint.green)(`nothing ${row.nothing}`)] : []),
      ...(row.errors > 0 ? [paint.yellow(`error ${row.errors}`)] : []),
    ]
    return `  ${plain(row.there, 40).padEnd(width)}  ${paint.dim(String(row.times).padStart(3))}  ${answers.join(', ')}`
  })
  return [
    '',
    `  ${paint.bold(plain(detector, 60))}  ${paint.dim(`${plain(title, 100)}, ${count(times, 'run')}`)}`,
    ...lines,
    ...reasons.map((line) => paint.dim(`  ${plain(line, 200)}`)),
  ]
}

// The name of a command may be long; it is printed in full above its own matrix.
const short = (name: string): string => (name.length > 30 ? `${plain(name.slice(0, 29), 30)}…` : plain(name, 30))
