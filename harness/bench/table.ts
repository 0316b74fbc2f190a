import { duration } from '../lib/text.ts'

/** One timing of one contestant: milliseconds by what was measured. */
export interface Reading {
  name: string
  times: Record<string, number>
}

/** Something that is timed, side by side with others. */
export interface Contestant {
  name: string
  /** Why it cannot take part here, if it cannot. */
  absent?: string
  /** Fills the caches it goes by, which is not timed. */
  warmUp?: () => Promise<unknown>
  /** What was timed on the way: a host that came up may be taken back as well. */
  run?: () => Promise<Reading[]>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Medians of all readings, a row for each thing measured, and below the ratios of their last measure, quickest first. */
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
