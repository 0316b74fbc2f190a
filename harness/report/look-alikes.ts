import { groupBy } from '../lib/group.ts'
import { duration } from '../lib/text.ts'
import { nothing } from '../results/host-states.ts'
import type { AlikeGroup } from '../results/look-alikes.ts'
import type { Question } from '../results/questions.ts'
import { count } from './words.ts'

/** The groups of causes that the same probes show, as text for a terminal: what separates them, the cheapest first. */
export function alikeText(groups: readonly AlikeGroup[]): string {
  const open = groups.flatMap(({ alike }) => alike)
  return [
    ...groups.flatMap(({ changed, causes, questions, alike }) => [
      `The same connectivity: ${changedWords(changed).join(', ')}`,
      ...Object.entries(causes).map(([cause, names]) => `  ${cause}: ${count(names.length, 'state')} of hosts`),
      ...questions.map((question) => `  ? ${questionWords(question)}: ${answerWords(question).join('; ')}`),
      ...alike.map((pair) => `  ✗ nothing recorded separates ${pair.replace(' / ', ' from ')} on all their hosts`),
      '',
    ]),
    `${count(groups.length, 'group')} of causes that probes alone cannot separate; ${
      open.length === 0 ? 'the evidence separates all of them' : `${count(open.length, 'pair')} not separated`
    }`,
  ].join('\n')
}

/** The same as a Markdown table: a row for each group. */
export function alikeTable(groups: readonly AlikeGroup[]): string {
  return [
    '| what fails | could be | what separates them |',
    '| --- | --- | --- |',
    ...groups
      .map(({ changed, causes, questions, alike }) =>
        [
          changedWords(changed).join(', '),
          Object.entries(causes)
            .map(([cause, names]) => `${cause === nothing ? 'a healthy host' : `\`${cause}\``} (${names.length})`)
            .join('<br>'),
          [
            ...questions.map((question) => `${questionWords(question)}: ${answerWords(question).join('; ')}`),
            ...alike.map((pair) => `**nothing recorded** separates ${pair.replace(' / ', ' from ')}`),
          ].join('<br>'),
        ].map((cell) => cell.replaceAll('|', '\\|')),
      )
      .map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')
}

/** What changed, briefly: `egress-{dns,tcp} fail`. */
export function changedWords(changed: readonly string[]): string[] {
  if (changed.length === 0) return ['nothing fails']
  const parts = changed.map((each) => {
    const [probe = '', outcome = ''] = each.split(' ')
    const cut = probe.lastIndexOf('-')
    return { stem: probe.slice(0, cut + 1), last: probe.slice(cut + 1), outcome }
  })
  const groups = groupBy(parts, ({ stem, outcome }) => `${stem} ${outcome}`)
  return groups.map((own) => {
    const { stem, outcome } = own[0]!
    const names = own.map(({ last }) => last)
    const verb = outcome === 'pass' ? ' passes' : ''
    return `\`${stem}${names.length > 1 ? `{${names.join(',')}}` : names[0]}\`${verb}`
  })
}

const kindWords = { probe: 'the probe', evidence: 'the section', counter: 'the counter', trace: 'a traced' } as const

function questionWords({ kind, question, costMs }: Question): string {
  if (kind === 'trace') return `${kindWords.trace} ${question}`
  if (kind === 'probe') return `${kindWords.probe} \`${question}\``
  const cut = question.indexOf(': ')
  return `${kindWords[kind]} \`${question.slice(0, cut)}\` (${duration(costMs)}), \`${question.slice(cut + 2)}\``
}

const most = 5
// The answer of most causes comes last, so that the exception is read first.
const answerWords = ({ answers }: Question): string[] =>
  Object.entries(answers)
    .toSorted((a, b) => a[1].length - b[1].length)
    .map(([answer, causes]) => {
      const shown = causes.length > most ? [...causes.slice(0, most - 1), `${causes.length - most + 1} more`] : causes
      return `${answer} → ${shown.join(', ')}`
    })
