import { dictionary } from '../lib/own.ts'
import type { Adapter } from '../scoring/adapter.ts'
import { sickWord } from '../scoring/adapter.ts'
import { ours } from '../scoring/load.ts'
import type { Answer } from '../scoring/run-detector.ts'
import { isAboutDetectors, whatWasThere } from './confusion.ts'
import type { CauseScore, ScoreRecord } from './detector-record.ts'
import type { CellRecord, DiagnosisRecord } from './record.ts'

/** One answer of a detector about a host in a known state. */
export interface Judgement {
  there: string
  /** The causes that should be named. */
  expected: readonly string[]
  sick: boolean
  answer: Pick<Answer, 'status' | 'named' | 'detail'>
}

/**
 * The scores of our detectors together, then of each outside one. They count the same stages as the confusion matrix:
 * hosts healthy, latent and broken, in cells that the lab itself did not break.
 */
export function scores(
  cells: readonly CellRecord[],
  outside: readonly Pick<Adapter, 'name' | 'title'>[],
): ScoreRecord[] {
  const diagnosed = cells
    .filter(isAboutDetectors)
    .flatMap((cell) =>
      cell.diagnoses.filter(({ stage }) => !stage.startsWith('fix:')).map((diagnosis) => ({ cell, diagnosis })),
    )
  const judgedBy = (
    answerOf: (cell: CellRecord, diagnosis: DiagnosisRecord) => Judgement['answer'] | undefined,
  ): Judgement[] =>
    diagnosed.flatMap(({ cell, diagnosis }) => {
      const answer = answerOf(cell, diagnosis)
      const { expected, stage } = diagnosis
      if (!answer) return []
      return { there: whatWasThere(cell, diagnosis), expected, sick: expected.length > 0 || fails(cell, stage), answer }
    })
  return [
    score(
      { name: ours, title: 'All detectors of dockfault together' },
      // A host found sick without a named cause still counts as found sick.
      judgedBy((_, { named, verdict }) => ({
        status: 'answer',
        named: named.length === 0 && verdict?.seen === 'sick' ? [sickWord] : named,
        detail: '',
      })),
    ),
    ...outside.map((detector) =>
      score(
        detector,
        judgedBy((cell, { stage }) =>
          cell.outside?.find((each) => each.detector === detector.name && each.stage === stage),
        ),
      ),
    ),
  ]
}

/** Whether the scenario expects a probe to answer differently at a stage than on the healthy host. */
function fails({ probes }: CellRecord, stage: string): boolean {
  const healthy = new Map(
    probes.filter((probe) => probe.stage === 'healthy').map(({ name, expected }) => [name, expected]),
  )
  return probes.some((probe) => probe.stage === stage && probe.expected !== (healthy.get(probe.name) ?? probe.expected))
}

/** The score of one detector from its answers. */
export function score({ name, title }: Pick<Adapter, 'name' | 'title'>, judgements: readonly Judgement[]): ScoreRecord {
  const answered = judgements.filter(({ answer }) => answer.status !== 'skipped')
  const result: ScoreRecord = {
    detector: name,
    title,
    times: answered.length,
    causes: { there: 0, named: 0, right: 0 },
    byCause: dictionary(),
    sick: { there: 0, right: 0 },
    healthy: { there: 0, right: 0 },
    errors: answered.filter(({ answer }) => answer.status === 'error').length,
    skipped: dictionary(),
    rows: rowsOf(answered),
  }
  for (const { answer } of judgements.filter(({ answer }) => answer.status === 'skipped'))
    result.skipped[answer.detail] = (result.skipped[answer.detail] ?? 0) + 1
  for (const { expected, sick, answer } of answered) {
    // `sick` names no cause, so it costs no precision.
    const named = answer.named.filter((cause) => cause !== sickWord)
    for (const cause of new Set([...expected, ...named])) {
      const of = result.byCause[cause] ?? { there: 0, named: 0, right: 0 }
      result.byCause[cause] = of
      for (const each of [of, result.causes]) count(each, expected.includes(cause), named.includes(cause))
    }
    const state = sick ? result.sick : result.healthy
    state.there += 1
    // An error is no answer, so it is right about neither question.
    if (answer.status === 'answer' && answer.named.length > 0 === sick) state.right += 1
  }
  return result
}

function count(score: CauseScore, there: boolean, named: boolean): void {
  if (there) score.there += 1
  if (named) score.named += 1
  if (there && named) score.right += 1
}

function rowsOf(answered: readonly Judgement[]): ScoreRecord['rows'] {
  const rows = new Map<string, ScoreRecord['rows'][number]>()
  for (const { there, expected, sick, answer } of answered) {
    const key = [there, sick, ...expected.toSorted()].join('\n')
    const row = rows.get(key) ?? {
      there,
      expected: [...expected],
      sick,
      times: 0,
      named: dictionary<number>(),
      nothing: 0,
      errors: 0,
    }
    rows.set(key, row)
    row.times += 1
    if (answer.status === 'error') row.errors += 1
    else if (answer.named.length === 0) row.nothing += 1
    for (const cause of answer.named) row.named[cause] = (row.named[cause] ?? 0) + 1
  }
  const rank = ({ expected, sick }: { expected: string[]; sick: boolean }): number =>
    expected.length > 0 ? 0 : sick ? 1 : 2
  return [...rows.values()].sort((a, b) => rank(a) - rank(b))
}
