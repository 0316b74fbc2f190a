import type { DiagnosisRecord, RunRecord } from './record.ts'

/** How often each cause was named where each was there. The empty name is "nothing". */
export interface Confusion {
  /** Causes that were there (rows) and that were named (columns), nothing last. */
  causes: string[]
  count: (there: string, named: string) => number
  /** Times a detector was wrong: a cause missed, or one named that was not there. */
  wrong: number
}

/**
 * Counts every time the detectors ran on a host whose state was known: healthy, latent, broken. After a fix nothing is
 * known beforehand, and cells the lab itself broke say nothing of a detector: both are left out.
 */
export function confusion(record: RunRecord): Confusion {
  const counts = new Map<string, number>()
  const causes = new Set<string>()
  let wrong = 0
  const add = (there: string, named: string): void => {
    counts.set(`${there}\n${named}`, (counts.get(`${there}\n${named}`) ?? 0) + 1)
    for (const cause of [there, named]) if (cause) causes.add(cause)
    if (there !== named) wrong += 1
  }
  const judged = record.cells.filter((cell) => cell.verdict === 'passed' || cell.verdict === 'failed')
  for (const { expected, named } of judged.flatMap((cell) => cell.diagnoses.filter(known))) {
    const strangers = named.filter((cause) => !expected.includes(cause))
    if (expected.length === 0 && named.length === 0) add('', '')
    for (const cause of expected) {
      if (named.includes(cause)) add(cause, cause)
      else if (strangers.length === 0) add(cause, '')
    }
    // A cause named beside or instead of the right one is charged to the fault it was mistaken for.
    for (const stranger of strangers) add(expected[0] ?? '', stranger)
  }
  return { causes: [...[...causes].sort(), ''], count: (there, named) => counts.get(`${there}\n${named}`) ?? 0, wrong }
}

const known = ({ stage }: DiagnosisRecord): boolean => !stage.startsWith('fix:')
