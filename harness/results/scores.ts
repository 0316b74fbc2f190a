import type { Adapter } from '../scoring/adapter.ts'
import { unwell } from '../scoring/adapter.ts'
import type { Answer } from '../scoring/ask.ts'
import { ours } from '../scoring/load.ts'
import { tellsOfDetectors, whatWasThere } from './confusion.ts'
import type { CauseScore, ScoreRecord } from './detector-record.ts'
import type { CellRecord, DiagnosisRecord } from './record.ts'

/** One look at a host in a known state: what was there, and what a detector made of it. */
export interface Sight {
  there: string
  /** The causes that have to be named. */
  expected: readonly string[]
  sick: boolean
  answer: Pick<Answer, 'said' | 'named' | 'detail'>
}

/**
 * How right our detectors together and each outside one were, ours first, on the same looks as the confusion matrix
 * counts: hosts healthy, latent and broken, in cells that the lab itself did not break.
 */
export function scores(
  cells: readonly CellRecord[],
  outside: readonly Pick<Adapter, 'name' | 'title'>[],
): ScoreRecord[] {
  const looks = cells
    .filter(tellsOfDetectors)
    .flatMap((cell) =>
      cell.diagnoses.filter(({ stage }) => !stage.startsWith('fix:')).map((diagnosis) => ({ cell, diagnosis })),
    )
  const seenBy = (answerOf: (cell: CellRecord, diagnosis: DiagnosisRecord) => Sight['answer'] | undefined): Sight[] =>
    looks.flatMap(({ cell, diagnosis }) => {
      const answer = answerOf(cell, diagnosis)
      const { expected, stage } = diagnosis
      if (!answer) return []
      return { there: whatWasThere(cell, diagnosis), expected, sick: expected.length > 0 || fails(cell, stage), answer }
    })
  return [
    score(
      { name: ours, title: 'The detectors of this lab, together' },
      // What has no name and is found sick all the same was told from the well.
      seenBy((_, { named, verdict }) => ({
        said: 'answer',
        named: named.length === 0 && verdict?.seen === 'sick' ? [unwell] : named,
        detail: '',
      })),
    ),
    ...outside.map((detector) =>
      score(
        detector,
        seenBy((cell, { stage }) =>
          cell.outside?.find((each) => each.detector === detector.name && each.stage === stage),
        ),
      ),
    ),
  ]
}

/** Whether a scenario tells that something answers otherwise at a stage than on the healthy host. */
function fails({ probes }: CellRecord, stage: string): boolean {
  const healthy = new Map(
    probes.filter((probe) => probe.stage === 'healthy').map(({ name, expected }) => [name, expected]),
  )
  return probes.some((probe) => probe.stage === stage && probe.expected !== (healthy.get(probe.name) ?? probe.expected))
}

/** The score of one detector by what it made of each look. */
export function score({ name, title }: Pick<Adapter, 'name' | 'title'>, sights: readonly Sight[]): ScoreRecord {
  const asked = sights.filter(({ answer }) => answer.said !== 'skipped')
  const result: ScoreRecord = {
    detector: name,
    title,
    times: asked.length,
    causes: { there: 0, named: 0, right: 0 },
    byCause: {},
    sick: { there: 0, right: 0 },
    well: { there: 0, right: 0 },
    errors: asked.filter(({ answer }) => answer.said === 'error').length,
    skipped: {},
    rows: rowsOf(asked),
  }
  for (const { answer } of sights.filter(({ answer }) => answer.said === 'skipped'))
    result.skipped[answer.detail] = (result.skipped[answer.detail] ?? 0) + 1
  for (const { expected, sick, answer } of asked) {
    // To say that something is wrong names no cause, and costs no precision.
    const named = answer.named.filter((cause) => cause !== unwell)
    for (const cause of new Set([...expected, ...named])) {
      const of = result.byCause[cause] ?? { there: 0, named: 0, right: 0 }
      result.byCause[cause] = of
      for (const each of [of, result.causes]) count(each, expected.includes(cause), named.includes(cause))
    }
    const state = sick ? result.sick : result.well
    state.there += 1
    // An error answers nothing, so it is right about neither.
    if (answer.said === 'answer' && answer.named.length > 0 === sick) state.right += 1
  }
  return result
}

function count(score: CauseScore, there: boolean, named: boolean): void {
  if (there) score.there += 1
  if (named) score.named += 1
  if (there && named) score.right += 1
}

function rowsOf(asked: readonly Sight[]): ScoreRecord['rows'] {
  const rows = new Map<string, ScoreRecord['rows'][number]>()
  for (const { there, expected, sick, answer } of asked) {
    const key = [there, sick, ...expected.toSorted()].join('\n')
    const row = rows.get(key) ?? { there, expected: [...expected], sick, times: 0, named: {}, nothing: 0, errors: 0 }
    rows.set(key, row)
    row.times += 1
    if (answer.said === 'error') row.errors += 1
    else if (answer.named.length === 0) row.nothing += 1
    for (const cause of answer.named) row.named[cause] = (row.named[cause] ?? 0) + 1
  }
  const rank = ({ expected, sick }: { expected: string[]; sick: boolean }): number =>
    expected.length > 0 ? 0 : sick ? 1 : 2
  return [...rows.values()].sort((a, b) => rank(a) - rank(b))
}
