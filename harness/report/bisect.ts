import { groupBy } from '../lib/group.ts'
import { capital, duration } from '../lib/text.ts'
import type { BisectResult, ChangeStage, VersionChange, VersionPair } from '../results/bisect.ts'
import { type AxisName, axes, axisOf } from '../scenario/axes.ts'
import { changedWords } from './look-alikes.ts'
import { count } from './words.ts'

const stageWords: Record<ChangeStage, string> = {
  healthy: 'On the healthy host',
  latent: 'After the injection',
  broken: 'With the fault',
  test: 'The program alone, in a namespace',
}
const stages = Object.keys(stageWords) as ChangeStage[]

/** What the axis is called in a sentence: `iptables`, `Docker`. */
export const axisWords = (axis: string): string => (Object.hasOwn(axes, axis) ? axisOf(axis as AxisName).what : axis)

/** What changes between two neighbours, one line for each stage and direction. */
export function changeLines({ changes }: Pick<VersionPair, 'changes'>): string[] {
  const lines = (stage: ChangeStage): string[] => {
    const own = changes.filter((change) => change.stage === stage)
    const groups = groupBy(
      own.filter(({ what }) => what !== 'named'),
      ({ was, is }) => `${was} ${is}`,
    )
    return [
      ...groups.map((group) => `${stageWords[stage]}: ${probeWords(stage, group)}`),
      ...own
        .filter(({ what }) => what === 'named')
        .map(({ was, is }) => `${stageWords[stage]}: the diagnosis names ${is}, and named ${was} before`),
    ]
  }
  return stages.flatMap(lines)
}

function probeWords(stage: ChangeStage, group: readonly VersionChange[]): string {
  const { was, is } = group[0]!
  const names = changedWords(group.map(({ what }) => `${what} fail`)).join(', ')
  const verb = (one: string, many: string): string => (group.length > 1 ? many : one)
  if (stage === 'test')
    return is === 'sound'
      ? `${names} ${verb('answers', 'answer')} as a sound build does, with ${was} before`
      : `${names} ${verb('answers', 'answer')} ${is}, which is wrong`
  const now = is === 'fail' ? verb('fails', 'fail') : verb('passes', 'pass')
  return `${names} ${now}, and ${was === 'fail' ? 'failed' : 'passed'} before`
}

/** A pair of neighbours in words: `from 1.8.9 to 1.8.11, with 1.8.10 between them not observed`. */
export const pairWords = ({ before, after, between }: VersionPair): string =>
  `from ${before} to ${after}${between.length > 0 ? `, with ${between.join(', ')} between them not observed` : ''}`

/** What else differs between the hosts of both, in words. */
export const otherwiseWords = ({ otherwise, evidence }: VersionPair): string =>
  otherwise.length > 0
    ? `Both hosts also differ in ${otherwise.map(({ what, before, after }) => `${what} (${before}, ${after})`).join('; ')}.`
    : evidence.length > 1
      ? 'Both hosts are alike in everything else that was compared.'
      : ''

/** The versions of the range, what was observed of them, and in which time. */
export const rangeWords = (result: BisectResult): string => `${result.scenario} ${onHosts(result)}`

function onHosts({ hosts, axis, versions, observed, tested, durationMs }: BisectResult): string {
  const range = `${axisWords(axis)} ${versions[0]} to ${versions.at(-1)}`
  const alone = tested.length > 0 ? `, ${tested.length} tested alone` : ''
  return `on ${hosts.join(', ') || 'no host'}, ${range}: ${observed.length} of ${count(versions.length, 'version')} observed${alone}, in ${duration(durationMs)}`
}

/** What was not observed, a line each: versions that could not be had, and gaps whose ends agree. */
export const openLines = ({ skipped, gaps }: BisectResult): string[] => [
  ...skipped.map(
    ({ version, reason, isThere }) =>
      `${isThere ? 'not observed' : 'not to be had'}: ${version} (${reason.split('\n')[0]})`,
  ),
  ...gaps.map(({ from, to, between, agree }) =>
    agree
      ? `not observed: ${between.join(', ')}; ${from} and ${to} agree, so only a symptom that comes and goes between them was missed`
      : `not observed yet: ${between.join(', ')}; ${from} and ${to} differ, and --resume goes on between them`,
  ),
]

/** The result of a bisection as text: each pair of neighbours with its evidence, then what was not observed. */
export function bisectText(result: BisectResult): string {
  const pairs = result.pairs.flatMap((pair) => [
    '',
    capital(pairWords(pair)),
    ...changeLines(pair).map((line) => `  ${line}`),
    ...pair.evidence.flatMap(({ version, lines }) => lines.map((line) => `    ${version}: ${line}`)),
    ...[otherwiseWords(pair)].filter(Boolean).map((line) => `  ${line}`),
  ])
  const rest = [...openLines(result), ...noteLines(result)]
  return [
    rangeWords(result),
    ...(pairs.length > 0 ? pairs : ['', nothingWords(result)]),
    ...(rest.length > 0 ? ['', ...rest] : []),
  ].join('\n')
}

/** The answer where no two versions differ. */
export const nothingWords = ({ observed, gaps }: BisectResult): string =>
  gaps.some(({ agree }) => !agree)
    ? 'The search was cut short before it found two neighbours.'
    : observed.length < 2
      ? 'Fewer than two versions could be observed, so nothing was compared.'
      : 'No symptom differs between the versions that were observed.'

/** Versions that are not the release itself. */
export const noteLines = ({ notes }: BisectResult): string[] =>
  Object.entries(notes).map(([version, note]) => `${version} is ${note.split('\n')[0]}`)

/** The latest bisection of each scenario and axis as Markdown. `results`: oldest first. */
export function bisectsDocument(results: readonly BisectResult[]): string {
  const latest = new Map(results.map((each) => [`${each.scenario} ${each.axis} ${each.hosts}`, each]))
  return [...latest.values()].map(bisectMarkdown).join('\n\n')
}

/** A bisection as Markdown: a row for each pair of neighbours. */
export function bisectMarkdown(result: BisectResult): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [
    row(['from', 'to', 'what changes', 'what else differs']),
    row(['---', '---', '---', '---']),
    ...result.pairs.map((pair) =>
      row([
        pair.before,
        pair.after,
        changeLines(pair).join('<br>'),
        pair.otherwise.map(({ what, before, after }) => `${what} ${before}, ${after}`).join('<br>'),
      ]),
    ),
  ]
  return [
    `### \`${result.scenario}\` over ${axisWords(result.axis)}`,
    '',
    `${capital(onHosts(result))}.`,
    '',
    ...(result.pairs.length > 0 ? table : [nothingWords(result)]),
    '',
    ...[...openLines(result), ...noteLines(result)].map((line) => `- ${line}`),
  ]
    .join('\n')
    .trimEnd()
}
