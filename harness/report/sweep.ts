import { wordOf } from '../lib/combinations.ts'
import type { Combination, ConditionSet, Space } from '../lib/implicants.ts'
import { capital } from '../lib/text.ts'
import { judgeConditions } from '../results/claimed-conditions.ts'
import type { Claim } from '../results/load-claims.ts'
import type { SweepResult, SweptSymptom } from '../results/sweep.ts'
import { type VariableName, variables } from '../scenario/variables.ts'
import { changedWords } from './look-alikes.ts'
import { count } from './words.ts'

const whatOf = (name: string): string => (Object.hasOwn(variables, name) ? variables[name as VariableName].what : name)

/** One condition in words: `forward-policy drop`, `2 or 4 user networks`. */
export function conditionWords(name: string, values: readonly string[]): string {
  const [what, words] = [whatOf(name), values.join(' or ')]
  return what.includes('…') ? what.replace('…', words) : `${what} ${words}`
}

/** A set of conditions in words, with what makes no difference: `forward-policy drop, whatever userland-proxy`. */
export function setWords(set: ConditionSet, space: Space): string {
  const conditions = Object.entries(set).map(([name, values]) => conditionWords(name, values))
  if (conditions.length === 0) return 'under all conditions'
  const free = Object.keys(space).filter((name) => !(name in set))
  const whatever = free.map((name) => whatOf(name).replace('… ', ''))
  const be = whatever.length > 1 ? 'are' : 'is'
  return `${conditions.join(' and ')}${whatever.length > 0 ? `, whatever ${list(whatever)} ${be}` : ''}`
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** What a symptom needs, in words. */
export const needsWords = ({ sets, unique }: Pick<SweptSymptom, 'sets' | 'unique'>, space: Space): string =>
  `${sets.map((set) => setWords(set, space)).join('; or ')}${unique ? '' : ' (other conditions explain what ran as well)'}`

/** The result of a sweep as text: the conditions of each symptom, then every combination. */
export function sweepText(result: SweepResult): string {
  const { scenario, hosts, space, product, ran, broken, symptoms, before } = result
  const lines = (all: readonly SweptSymptom[]): string[] =>
    all.map((each) => `  ${changedWords(each.changes).join(', ')}: ${needsWords(each, space)}`)
  return [
    `${scenario} on ${hosts.join(', ')}: ${ran.length} of ${count(product, 'combination')} ran`,
    ...broken.map(({ combination, reason }) => `  not observed: ${wordOf(combination)} (${reason})`),
    '',
    symptoms.length === 0
      ? 'The fault changes no probe under any of these conditions.'
      : 'What the fault changes, and when:',
    ...lines(symptoms),
    ...(before.length > 0
      ? ['', 'Other than on the scenario’s healthy host already before the fault:', ...lines(before)]
      : []),
    '',
    ...inColumns(rowsOf(result)),
  ].join('\n')
}

function inColumns(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

/** The same as Markdown: what each symptom needs, then a table of the combinations. */
export function sweepMarkdown(result: SweepResult): string {
  const { scenario, hosts, space, product, ran, symptoms } = result
  const line = (words: readonly string[]): string =>
    `| ${words.map((word) => word.replaceAll('|', '\\|')).join(' | ')} |`
  const [head = [], ...rows] = rowsOf(result)
  return [
    `### \`${scenario}\` on ${hosts.join(', ')}`,
    '',
    `${capital(count(ran.length, 'combination'))} of ${product}.`,
    '',
    ...symptoms.map((each) => `- ${changedWords(each.changes).join(', ')}: ${needsWords(each, space)}`),
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
  ].join('\n')
}

/** What write-ups name as conditions, judged by a sweep; empty where it is about none of them. */
export function claimedText(claims: readonly Claim[], result: SweepResult): string {
  const lines = claims.flatMap(({ claim, conditions }) => {
    const judged = conditions && judgeConditions(conditions, result)
    if (!conditions || !judged) return []
    const each = Object.entries(conditions.of).map(
      ([name, values]) => `    ${conditionWords(name, values)}: ${judged.each[name]}`,
    )
    return [
      `  ${claim}`,
      `    for ${changedWords([judged.changes]).join()}, together: ${judged.together}${judged.asWritten ? '' : ` (written as: ${conditions.relation})`}`,
      ...(each.length > 1 ? each : []),
    ]
  })
  return lines.length > 0 ? ['', 'Conditions that a write-up names:', ...lines].join('\n') : ''
}

/** The latest sweep of each scenario as Markdown, with the conditions that write-ups name for it. `sweeps`: oldest first. */
export function sweepsDocument(claims: readonly Claim[], sweeps: readonly SweepResult[]): string {
  const latest = new Map(sweeps.map((each) => [`${each.scenario} ${each.hosts}`, each]))
  return [...latest.values()]
    .map((result) => [sweepMarkdown(result), claimedMarkdown(claims, result)].filter(Boolean).join('\n\n'))
    .join('\n\n')
}

function claimedMarkdown(claims: readonly Claim[], result: SweepResult): string {
  const rows = claims.flatMap(({ claim, conditions }) => {
    const judged = conditions && judgeConditions(conditions, result)
    if (!conditions || !judged) return []
    const words = Object.entries(conditions.of).map(([name, values]) => conditionWords(name, values))
    const each = Object.keys(conditions.of).map((name, index) => `${words[index]}: ${judged.each[name]}`)
    return [[claim, changedWords([judged.changes]).join(), `**${judged.together}**`, each.join('<br>')]]
  })
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['a write-up’s conditions', 'of', 'together', 'each alone']),
    line(['---', '---', '---', '---']),
    ...rows.map(line),
  ].join('\n')
}

/** A row for each combination, below a head: its values, what the fault changes there, and what the diagnosis names. */
export function rowsOf({ space, ran, symptoms, named }: SweepResult): string[][] {
  const names = Object.keys(space)
  const has = (all: readonly Combination[], one: Combination): boolean =>
    all.some((each) => wordOf(each) === wordOf(one))
  return [
    [...names, 'what the fault changes', 'the diagnosis names'],
    ...ran.map((each) => [
      ...names.map((name) => each[name]!),
      changedWords(symptoms.filter(({ failing }) => has(failing, each)).flatMap(({ changes }) => changes)).join(', '),
      Object.entries(named).find(([, where]) => has(where, each))?.[0] ?? '',
    ]),
  ]
}
