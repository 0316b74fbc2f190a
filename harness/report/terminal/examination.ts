import type { Examination, Finding } from '../../diagnosis/examine.ts'
import type { SymptomGroup } from '../../diagnosis/symptom.ts'
import { senderOf, type Trace } from '../../trace/trace.ts'
import { sentence } from '../words.ts'
import { type Paint, plain, runOut, wrap } from './paint.ts'
import { wayLines } from './way.ts'

/** What was found out about a host, worst first, as lines for a terminal; `followed` are packets that were sent. */
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
    ...how(verdict, followed).flatMap((line) => wrap(line, 96, '  ')),
    ...(seen.ambiguous.length > 0
      ? [
          '',
          ...wrap(
            `Nothing on the host decides between ${seen.ambiguous.map((set) => set.join(' with ')).join(' and ')}.`,
            96,
            '  ',
          ),
        ]
      : []),
    ...findings.flatMap((finding) => findingLines(finding, bad, paint)),
    ...(findings.length > 0 && unexplained.length > 0 ? ['', paint.bold('  And what none of that explains')] : []),
    ...unexplained.flatMap((symptom) => symptomLines(symptom, paint)),
    ...(unexplained.length > 0 && findings.length === 0
      ? ['', paint.dim('  No known cause explains it: this is where it ends, not why it was set up so.')]
      : []),
    ...unclear.flatMap((symptom) => symptomLines(symptom, paint)),
    ...packetLines(followed, paint),
    ...list('Not seen', notSeen, '?', paint),
    ...list('Let through on purpose, it seems', restricted, '·', paint),
    ...list('Works', seen.works, '✓', paint),
    ...list(
      'Ruled out',
      seen.ruledOut.map(({ cause, found }) => `${cause}: ${found}`),
      '✓',
      paint,
    ),
    ...list(
      'Not checked',
      seen.notChecked.map(({ cause, why }) => `${cause}: ${why}`),
      '?',
      paint,
    ),
  ]
}

/** By what means the verdict came about, and the command that would make more of it. */
function how(verdict: Examination['verdict'], followed: readonly Trace[]): string[] {
  const sent = followed.some(({ by }) => by === 'packets')
  const more = 'npm run diagnose -- --trace sends real packets'
  if (verdict === 'unknown')
    return [`Nothing is known to be broken, and not everything could be judged${sent ? '.' : `; ${more}.`}`]
  return verdict === 'healthy' && !sent
    ? [`By its rules, routes and settings alone: no packet was sent; ${more} from its containers.`]
    : []
}

// Of many packets those are shown that did not get through, each end once.
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
          `  ${paint.bold(`${followed.length} connections followed`)} ${paint.dim(`by real packets: ${fine} as they ought to be`)}`,
        ]),
    ...distinct.slice(0, one ? 1 : 12).flatMap((trace) => {
      const { address, port, protocol } = trace.flow
      const how = `from ${senderOf(trace.flow)} to ${address}${port ? `:${port}` : ''} by ${protocol}${trace.by === 'rules' ? ', simulated' : ''}`
      return ['', `  ${paint.bold('A packet')} ${paint.dim(how)}`, ...wayLines(trace, paint)]
    }),
    ...(distinct.length > 12 && !one ? [paint.dim(`  and ${distinct.length - 12} more ends`)] : []),
  ]
}

const signs = { dead: '✗', open: '✗', unclear: '?' } as const

/** One symptom: what is concerned, where it ends and by what, and what to look at next. */
function symptomLines({ state, what, says, rule, setting, behind, next }: SymptomGroup, paint: Paint): string[] {
  const color = state === 'unclear' ? paint.yellow : paint.red
  const owner = rule && (rule.owner.who === 'unknown' ? rule.owner.by : `${whose(rule.owner.who)}: ${rule.owner.by}`)
  return [
    '',
    ...wrap(`${color(signs[state])} ${plain(what, 300)}`, 96, '  '),
    ...wrap(sentence(plain(says, 600)), 94, '    '),
    ...(owner ? wrap(`Whose: ${plain(owner, 200)}`, 94, '    ').map(paint.dim) : []),
    ...(setting?.file
      ? wrap(`Set at boot by ${plain(setting.file, 120)}: ${plain(setting.line ?? '', 120)}`, 94, '    ')
      : []),
    ...behind.flatMap((line) => wrap(`Behind it: ${sentence(plain(line, 300))}`, 94, '    ').map(paint.dim)),
    ...(next.length > 0 ? [paint.dim('    Look at'), ...next.map((line) => `      ${plain(line, 160)}`)] : []),
  ]
}

const whose = (who: string): string => (who === 'admin' ? 'the admin’s own' : `${who}’s`)

function findingLines(
  { cause, state, confidence, summary, evidence, remedies, deferred, nonFixes }: Finding,
  bad: readonly SymptomGroup[],
  paint: Paint,
): string[] {
  const dim = paint.dim
  return [
    '',
    `  ${paint.red(paint.bold(cause))} ${dim(`${state === 'latent' ? 'latent: nothing fails yet' : 'active: it fails now'}, ${confidence}`)}`,
    ...wrap(sentence(runOut(plain(summary, 600))), 96, '  '),
    '',
    ...bad
      .filter(({ explainedBy }) => explainedBy.includes(cause))
      .flatMap(({ what, says }) => wrap(`${paint.red('✗')} ${plain(what, 300)}: ${plain(says, 300)}`, 94, '    ')),
    '',
    ...evidence
      .slice(0, 12)
      .flatMap(({ from, line }, index) => [
        ...(from === evidence[index - 1]?.from ? [] : [`    ${dim(plain(from, 90))}`]),
        `      ${plain(line, 160)}`,
      ]),
    ...(evidence.length > 12 ? [dim(`    and ${evidence.length - 12} more lines`)] : []),
    '',
    `  ${paint.bold('Do')}`,
    ...remedies.flatMap(({ name, title, cost, reboots }) => [
      `    ${paint.green('✓')} ${title}  ${dim(name)}`,
      ...wrap(`costs: ${cost}${reboots && !/reboot/.test(cost) ? ', a reboot' : ''}`, 90, '      ').map(dim),
    ]),
    ...(remedies.length > 0 ? [dim(`      the steps: npm run fix ${cause}`)] : []),
    ...deferred.flatMap(({ name, title, why }) => [
      `    ${paint.yellow('–')} not yet: ${title}  ${dim(name)}`,
      ...wrap(sentence(why), 90, '      ').map(dim),
    ]),
    ...(nonFixes.length > 0 ? [`  ${paint.bold('Do not')}`] : []),
    ...nonFixes.flatMap(({ name, title, why }) => [
      `    ${paint.red('✗')} ${title}  ${dim(name)}`,
      ...wrap(why, 90, '      ').map(dim),
    ]),
  ]
}

const list = (title: string, items: readonly string[], sign: string, paint: Paint): string[] =>
  items.length === 0
    ? []
    : ['', `  ${paint.bold(title)}`, ...items.map((item) => paint.dim(`    ${sign} ${plain(item, 200)}`))]
