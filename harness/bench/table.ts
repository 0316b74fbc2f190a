import { duration } from '../lib/text.ts'

/** One timing of one candidate: milliseconds, by what was measured. */
export interface Reading {
  name: string
  times: Record<string, number>
}

/** Something that is timed in turns with others. */
export interface Candidate {
  name: string
  /** Why it cannot run here, if it cannot. */
  absent?: string
  /** Fills the caches that it uses. This is not timed. */
  warmUp?: () => Promise<unknown>
  /** Gives several timings where a run has several parts, such as a new host and its restore. */
  run?: () => Promise<Reading[]>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * A Markdown table of the medians, a row for each measure, and below it the ratios of the first answers, quickest
 * first.
 */
export function markdown(readings: readonly Reading[]): string {
  const rows = [...new Set(readings.map(({ name }) => name))].map((name) => {
    const own = readings.filter((reading) => reading.name === name)
    const measures = Object.keys(own[0]!.times)
    return {
      name,
      count: own.length,
      measures: measures.map((measure) => {
        const values = own.flatMap(({ times }) => times[measure] ?? [])
        return { measure, median: median(values), least: Math.min(...values), most: Math.max(...values) }
      }),
    }
  })
  const table = rows.flatMap(({ name, count, measures }) =>
    measures.map(
      ({ measure, median, least, most }) =>
        `| ${name} | ${measure} | ${duration(median)} | ${duration(least)} to ${duration(most)} | ${count} |`,
    ),
  )
  const answers = rows
    .flatMap(({ name, measures }) =>
      measures.filter(({ measure }) => measure === 'first answer').map(({ median }) => ({ name, median })),
    )
    .sort((a, b) => a.median - b.median)
  const [best] = answers
  return [
    '| | measured | median | from, to | readings |',
    '| --- | --- | --- | --- | --- |',
    ...table,
    ...(best && answers.length > 1
      ? [
          '',
          ...answers
            .slice(1)
            .map(
              ({ name, median }) =>
                `- ${name}: ${(median / best.median).toFixed(1)} times as long to the first answer as ${best.name}`,
            ),
        ]
      : []),
  ].join('\n')
}
