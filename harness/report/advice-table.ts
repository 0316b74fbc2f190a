import { groupBy } from '../lib/group.ts'
import { baseName, type CellRecord, type FixRecord, type RunRecord } from '../results/record.ts'

/** A procedure with its measured effects on hosts with the same causes. */
export interface MeasuredAdvice {
  /** The causes named on the host, joined by ` + `; `none` where there were none. */
  causes: string
  procedure: string
  title: string
  /** How the diagnosis of that host rates it. */
  advice: 'recommended' | 'advised against' | 'not mentioned'
  /** Hosts by its effect on them. */
  classes: Record<string, string[]>
}

/** A row for each procedure and cause: its effect on the hosts, and how their diagnosis rates it. */
export function measuredAdvice(runs: readonly RunRecord[]): MeasuredAdvice[] {
  const tried = newest(runs).flatMap((cell) => cell.fixes.map((fix) => ({ cell, fix, ...adviceOn(cell, fix) })))
  return groupBy(tried, ({ causes, advice, fix }) => `${causes}\n${advice}\n${fix.name}`)
    .map((group) => {
      const classes: Record<string, string[]> = {}
      for (const { cell, fix } of group) {
        const hosts = classes[fix.observed] ?? []
        classes[fix.observed] = hosts
        hosts.push([cell.host, cell.variant].filter(Boolean).join(' '))
      }
      const { causes, advice, fix } = group[0]!
      return { causes, procedure: fix.name, title: fix.title, advice, classes }
    })
    .sort((a, b) => order(a).localeCompare(order(b)))
}

// Rows with several causes come last, and recommended procedures come first.
const ranks = { recommended: 0, 'advised against': 1, 'not mentioned': 2 } as const
const order = ({ causes, procedure, advice }: MeasuredAdvice): string =>
  `${causes.includes(' + ') ? 1 : 0} ${causes} ${ranks[advice]} ${procedure}`

/** The rows as a Markdown table; only those of `cause`, if there is one. */
export function adviceTable(rows: readonly MeasuredAdvice[], cause?: string): string {
  const shown = rows.filter((row) => cause === undefined || row.causes === cause)
  const line = (words: readonly string[]): string => `| ${words.join(' | ')} |`
  const head = [...(cause === undefined ? ['cause'] : []), 'procedure', 'the diagnosis', 'measured']
  return [
    line(head),
    line(head.map(() => '---')),
    ...shown.map((row) =>
      line([
        ...(cause === undefined ? [row.causes] : []),
        `\`${row.procedure}\`: ${row.title.replaceAll('|', '\\|')}`,
        row.advice,
        Object.entries(row.classes)
          .map(([seen, hosts]) => `${seen} (${[...new Set(hosts)].join(', ')})`)
          .join('; '),
      ]),
    ),
  ].join('\n')
}

function adviceOn({ diagnoses }: CellRecord, { name }: FixRecord): Pick<MeasuredAdvice, 'causes' | 'advice'> {
  const { named = [], detail = [] } = diagnoses.find(({ stage }) => stage === 'broken') ?? {}
  const recommended = detail.some(({ fixes }) => fixes.includes(name))
  const against = detail.some(({ nonFixes }) => nonFixes.some((each) => each.name === name))
  return {
    causes: named.toSorted().join(' + ') || 'none',
    advice: recommended ? 'recommended' : against ? 'advised against' : 'not mentioned',
  }
}

/** The latest record of each cell in which fixes were tried. */
function newest(runs: readonly RunRecord[]): CellRecord[] {
  const cells = runs
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    .flatMap(({ cells }) => cells)
    .filter(({ fixes, verdict }) => fixes.length > 0 && verdict !== 'broken')
  return [...new Map(cells.map((cell) => [baseName(cell.name), cell])).values()]
}
