import type { Examination, Finding } from '../../diagnosis/examine.ts'
import type { SymptomGroup } from '../../diagnosis/symptom.ts'
import { groupBy } from '../../lib/group.ts'
import { invocation } from '../../lib/invocation.ts'
import { senderOf, type Trace } from '../../trace/trace.ts'
import { count, sentence } from '../words.ts'
import { type Paint, plain, runOut, wrap } from './paint.ts'
import { wayLines } from './way.ts'

/** The diagnosis of a host as lines for a terminal, worst first. `followed` are the real packets that were traced. */
export function examinationLines(name: string, seen: Examination, followed: readonly Trace[], paint: Paint): string[] {
  const { verdict, findings, symptoms, restricted, notSeen, facts } = seen
  const { os, kernel } = facts.system
  const about = [os, kernel, facts.docker.server && `Docker ${facts.docker.server}`, facts.iptables.version]
    .filter(Boolean)
    .join(' · ')
  const head = {
    healthy: paint.green(paint.bold('✓ healthy')),
    sick: paint.red(paint.bold('✗ sick')),
    unknown: paint.yellow(paint.bold('? unknown')),
  }[verdict]
  const bad = symptoms.filter(({ state }) => state !== 'unclear')
  const unexplained = bad.filter(({ explainedBy }) => explainedBy.length === 0)
  const unclear = symptoms.filter(({ state }) => state === 'unclear')
  return [
    `${head} ${paint.bold(plain(name, 80))}  ${paint.dim(plain(about, 200))}`,
    ...how(verdict, followed).flatMap((line) => wrap(line, 96, '  ', paint.columns)),
    ...(seen.ambiguous.length > 0
      ? [
          '',
          ...wrap(
            `The evidence fits ${seen.ambiguous.map((set) => set.join(' with ')).join(' and ')} equally well.`,
            96,
            '  ',
            paint.columns,
          ),
        ]
      : []),
    ...findings.flatMap((finding) => findingLines(finding, bad, paint)),
    ...(findings.length > 0 && unexplained.length > 0
      ? ['', paint.bold('  Not explained by any of these causes')]
      : []),
    ...unexplained.flatMap((symptom) => symptomLines(symptom, paint)),
    ...(unexplained.length > 0 && findings.length === 0
      ? ['', paint.dim('  No known cause explains this. Above is where it fails, not why it was set up like that.')]
      : []),
    ...unclear.flatMap((symptom) => symptomLines(symptom, paint)),
    ...packetLines(followed, paint),
    ...(followed.length > 1 && facts.docker.networks.some(({ ipv6 }) => ipv6)
      ? [paint.dim('  IPv6 was simulated; no packet of it was followed.')]
      : []),
    ...list('Missing from the evidence', notSeen, '?', paint),
    ...list('Restricted, it seems on purpose', restricted, '·', paint),
    ...(seen.exposed.length > 0 ? ['', `  ${paint.bold('Open, past the host’s own firewall')}`] : []),
    ...seen.exposed.flatMap((each) => hanging('!', plain(each, 400), 94, '    ', paint).map(paint.dim)),
    ...(seen.direct.length > 0 ? ['', `  ${paint.bold('Closed: the containers’ own addresses')}`] : []),
    ...seen.direct.flatMap((each) => hanging('!', plain(each, 700), 94, '    ', paint).map(paint.dim)),
    ...list('Works, as far as this host decides', seen.works, '✓', paint),
    ...notCheckedLines(seen, paint),
    ...ruledOutLines(seen, paint),
  ]
}

/** The causes that could not be judged, those with the same reason together. */
const notCheckedLines = ({ notChecked }: Examination, paint: Paint): string[] =>
  notChecked.length === 0
    ? []
    : [
        '',
        paint.bold('  Not checked'),
        ...groupBy(notChecked, ({ why }) => why).flatMap((group) =>
          hanging(
            '?',
            `${group.map(({ cause }) => cause).join(', ')}: ${plain(group[0]!.why, 200)}`,
            94,
            '    ',
            paint,
          ).map(paint.dim),
        ),
      ]

// There are many, and nobody needs the reasons while the host is down.
const ruledOutLines = ({ ruledOut }: Examination, paint: Paint): string[] =>
  ruledOut.length === 0
    ? []
    : [
        '',
        `  ${paint.bold('Ruled out')} ${paint.dim(`${count(ruledOut.length, 'cause')}; --json gives the reasons`)}`,
        ...hanging('✓', ruledOut.map(({ cause }) => cause).join(', '), 94, '    ', paint).map(paint.dim),
      ]

/** What the verdict rests on, and the command that would add to it. */
function how(verdict: Examination['verdict'], followed: readonly Trace[]): string[] {
  const sent = followed.some(({ by }) => by === 'packets')
  const more = `To follow real packets: ${invocation('diagnose', '--trace')}`
  if (verdict === 'unknown')
    return ['Nothing broken was found, but not everything could be judged.', ...(sent ? [] : [more])]
  return verdict === 'healthy' && !sent ? ['Judged by rules, routes and settings; no packet was sent.', more] : []
}

// Of many packets, those that did not end as expected are shown, each end once.
function packetLines(followed: readonly Trace[], paint: Paint): string[] {
  const isFine = ({ flow, end }: Trace): boolean => (flow.ought === 'die') !== (end === 'answered' || end === 'refused')
  const one = followed.length === 1
  const shown = one ? followed : followed.filter((trace) => !isFine(trace))
  const distinct = [...new Map(shown.map((trace) => [`${trace.end} ${trace.summary}`, trace])).values()]
  const fine = followed.filter(isFine).length
  return [
    ...(one || followed.length === 0
      ? []
      : [
          '',
          `  ${paint.bold(`${followed.length} connections followed`)} ${paint.dim(`with real packets: ${fine} as expected`)}`,
        ]),
    ...distinct.slice(0, one ? 1 : 12).flatMap((trace) => {
      const { address, port, protocol } = trace.flow
      const how = `from ${senderOf(trace.flow)} to ${address}${port ? `:${port}` : ''} by ${protocol}${trace.by === 'rules' ? ', simulated' : ''}`
      return ['', `  ${paint.bold('A packet')} ${paint.dim(how)}`, ...wayLines(trace, paint)]
    }),
    ...(distinct.length > 12 && !one ? [paint.dim(`  and ${distinct.length - 12} more`)] : []),
  ]
}

const signs = { dead: '✗', open: '✗', unclear: '?' } as const

/** One symptom: what it affects, where and why it ends there, whose rule that is, and what to check next. */
function symptomLines({ state, what, message, rule, setting, behind, next }: SymptomGroup, paint: Paint): string[] {
  const color = state === 'unclear' ? paint.yellow : paint.red
  const owner = rule && `${ownerName(rule.owner.who)} (${rule.owner.by.replace(/^of unknown origin[:;] /, '')})`
  return [
    '',
    ...hanging(color(signs[state]), plain(what, 300), 96, '  ', paint),
    ...wrap(sentence(plain(message, 600)), 94, '    ', paint.columns),
    ...(owner ? wrap(`Owner: ${plain(owner, 200)}`, 94, '    ', paint.columns).map(paint.dim) : []),
    ...(setting?.file
      ? wrap(`Set at boot by ${plain(setting.file, 120)}: ${plain(setting.line ?? '', 120)}`, 94, '    ', paint.columns)
      : []),
    ...behind.flatMap((line) => wrap(`Also in the way: ${plain(line, 300)}`, 94, '    ', paint.columns).map(paint.dim)),
    ...(next.length > 0 ? [paint.dim('    Next'), ...next.map((line) => `      ${plain(line, 160)}`)] : []),
  ]
}

const ownerName = (who: string): string => (who === 'admin' ? 'the administrator' : who)

function findingLines(
  { cause, state, confidence, summary, evidence, remedies, deferred, nonFixes }: Finding,
  bad: readonly SymptomGroup[],
  paint: Paint,
): string[] {
  const dim = paint.dim
  const explained = bad.filter(({ explainedBy }) => explainedBy.includes(cause))
  return [
    '',
    `  ${paint.red(paint.bold(cause))} ${dim(`${state === 'latent' ? 'latent (nothing fails yet)' : 'active (something fails now)'}, ${confidence}`)}`,
    ...wrap(sentence(runOut(plain(summary, 600))), 96, '  ', paint.columns),
    '',
    ...explained.flatMap(({ what, message }) =>
      hanging(paint.red('✗'), `${plain(what, 300)}: ${plain(message, 300)}`, 94, '    ', paint),
    ),
    ...(explained.length > 0 ? [''] : []),
    ...evidence
      .slice(0, 12)
      .flatMap(({ from, line }, index) => [
        ...(from === evidence[index - 1]?.from ? [] : [`    ${dim(plain(from, 90))}`]),
        `      ${plain(line, 160)}`,
      ]),
    ...(evidence.length > 12 ? [dim(`    and ${evidence.length - 12} more lines`)] : []),
    '',
    ...(remedies.length + deferred.length > 0 ? [`  ${paint.bold('Do')}`] : []),
    ...remedies.flatMap(({ name, title, cost, reboots }) => [
      `    ${paint.green('✓')} ${title}  ${dim(name)}`,
      ...wrap(`cost: ${cost}${reboots && !/reboot/.test(cost) ? ', a reboot' : ''}`, 90, '      ', paint.columns).map(
        dim,
      ),
    ]),
    ...(remedies.length + deferred.length === 0 ? nextLines(explained, paint) : []),
    ...(remedies.length > 0 ? [dim(`      show the steps: ${invocation('fix', cause)}`)] : []),
    ...deferred.flatMap(({ name, title, why }) => [
      `    ${paint.yellow('–')} not yet: ${title}  ${dim(name)}`,
      ...wrap(sentence(why), 90, '      ', paint.columns).map(dim),
    ]),
    ...(nonFixes.length > 0 ? [`  ${paint.bold('Do not')}`] : []),
    ...nonFixes.flatMap(({ name, title, why }) => [
      `    ${paint.red('✗')} ${title}  ${dim(name)}`,
      ...wrap(why, 90, '      ', paint.columns).map(dim),
    ]),
  ]
}

/** What to check next where no procedure applies. */
function nextLines(explained: readonly SymptomGroup[], paint: Paint): string[] {
  const next = [...new Set(explained.flatMap((each) => each.next))].slice(0, 4)
  return next.length > 0 ? [`  ${paint.bold('Next')}`, ...next.map((line) => `    ${plain(line, 160)}`)] : []
}

/** A sign, and wrapped text that stays to the right of it. */
const hanging = (sign: string, text: string, most: number, indent: string, paint: Paint): string[] =>
  wrap(text, most - 2, `${indent}  `, paint.columns).map((line, index) =>
    index === 0 ? `${indent}${sign} ${line.trimStart()}` : line,
  )

const list = (title: string, items: readonly string[], sign: string, paint: Paint): string[] =>
  items.length === 0
    ? []
    : ['', `  ${paint.bold(title)}`, ...items.map((item) => paint.dim(`    ${sign} ${plain(item, 200)}`))]
