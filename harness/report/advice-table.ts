import { groupBy } from '../lib/group.ts'
import { baseName, type CellRecord, type FixRecord, type RunRecord } from '../results/record.ts'

/** One procedure as it was measured on the hosts of one cause. */
export interface MeasuredAdvice {
  /** The causes that were there, joined by ` + `; `none` where nothing had a name. */
  causes: string
  procedure: string
  title: string
  /** By what the diagnosis said of it on that host. */
  advice: 'recommended' | 'advised against' | 'not mentioned'
  /** Hosts by what it did to them. */
  classes: Record<string, string[]>
}

/** What each procedure did on the hosts of each cause, and what the diagnosis had said of it there; a row each. */
export function measuredAdvice(runs: readonly RunRecord[]): MeasuredAdvice[] {
  const tried = newest(runs).flatMap((cell) => cell.fixes.map((fix) => ({ cell, fix, ...said(cell, fix) })))
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

// What several causes share comes after what each has alone, and what is recommended before what is not.
const ranks = { recommended: 0, 'advised against': 1, 'not mentioned': 2 } as const
const order = ({ causes, procedure, advice }: MeasuredAdvice): string =>
  `${causes.includes(' + ') ? 1 : 0} ${causes} ${ranks[advice]} ${procedure}`

/** The rows as a Markdown table; those of one cause alone where one is given. */
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

function said({ diagnoses }: CellRecord, { name }: FixRecord): Pick<MeasuredAdvice, 'causes' | 'advice'> {
  const { named = [], detail = [] } = diagnoses.find(({ stage }) => stage === 'broken') ?? {}
  const recommended = detail.some(({ fixes }) => fixes.includes(name))
  const against = detail.some(({ nonFixes }) => nonFixes.some((each) => each.name === name))
  return {
    causes: named.toSorted().join(' + ') || 'none',
    advice: recommended ? 'recommended' : against ? 'advised against' : 'not mentioned',
  }
}

/** The last record of each cell in which fixes were tried. */
function newest(runs: readonly RunRecord[]): CellRecord[] {
  const cells = runs
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    .flatMap(({ cells }) => cells)
    .filter(({ fixes, verdict }) => fixes.length > 0 && verdict !== 'broken')
  return [...new Map(cells.map((cell) => [baseName(cell.name), cell])).values()]
}
