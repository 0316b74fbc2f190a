import { clean, duration } from '../lib/text.ts'
import { type FieldLine, isWrong } from './line.ts'

const longest = 200
// A longer sentence keeps its beginning, which names the flows, and its end, which names the location.
const head = 60

/** The diagnosis in one line: the causes, or the first unexplained symptom, or why there is no verdict. */
export function inWords({ verdict, causes, unexplained, notChecked, why }: FieldLine): string {
  const more = (all: readonly string[]): string => (all.length > 1 ? ` (and ${all.length - 1} more)` : '')
  const words =
    why ??
    (causes.length > 0
      ? causes.join(', ')
      : unexplained.length > 0
        ? `${unexplained[0]}${more(unexplained)}`
        : verdict === 'healthy'
          ? ''
          : `${notChecked[0] ?? ''}${more(notChecked)}`)
  const line = clean(words).replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, head)}…${line.slice(head + 1 - longest)}` : line
}

const truth = ({ harmless, probesDead, probesOpen, exitCode }: FieldLine): string =>
  [
    harmless ? 'harmless' : probesDead.length > 0 ? `${probesDead.length} dead` : 'all answer',
    ...(probesOpen.length > 0 ? ['isolation open'] : []),
    ...(exitCode ? [`exit ${exitCode}`] : []),
  ].join(', ')

/** The lines as a table for people, with a mark for wrong ones and a sum below. */
export function tableOf(lines: readonly FieldLine[]): string {
  const rows = lines.map((line) => [
    `${isWrong(line) ? '✗' : line.verdict === 'broken' || line.verdict === 'unknown' ? '?' : '✓'} ${line.script}`,
    line.wanted,
    line.verdict,
    line.verdict === 'broken' ? '' : truth(line),
    duration(line.ms),
    inWords(line),
  ])
  const table = [['  script', 'is', 'verdict', 'probes', 'time', 'diagnosis'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  const text = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  return [...text, '', sumOf(lines)].join('\n')
}

function sumOf(lines: readonly FieldLine[]): string {
  const groups = (['sick', 'well'] as const).flatMap((wanted) => {
    const those = lines.filter((line) => line.wanted === wanted)
    const verdicts = [...new Set(those.map(({ verdict }) => verdict))].sort()
    const counts = verdicts.map((verdict) => `${those.filter((line) => line.verdict === verdict).length} ${verdict}`)
    return those.length > 0 ? [`${those.length} ${wanted}: ${counts.join(', ')}`] : []
  })
  return groups.join(' · ')
}
