import type { Examination, Finding } from '../../diagnosis/examine.ts'
import type { Trace } from '../../trace/trace.ts'
import { sentence } from '../words.ts'
import { type Paint, plain, runOut, wrap } from './paint.ts'
import { wayLines } from './way.ts'

/** What was found out about a host, worst first, as lines for a terminal; `followed` are packets that were sent. */
export function examinationLines(
  name: string,
  { verdict, findings, unnamed, well, unseen, facts }: Examination,
  followed: readonly Trace[],
  paint: Paint,
): string[] {
  const { os, kernel } = facts.system
  const about = [os, kernel, facts.docker.server && `Docker ${facts.docker.server}`, facts.iptables.version]
    .filter(Boolean)
    .join(' · ')
  const head = {
    healthy: paint.green(paint.bold('✓ healthy')),
    sick: paint.red(paint.bold('✗ sick')),
    unknown: paint.yellow(paint.bold('? could not look')),
  }[verdict]
  return [
    `${head} ${paint.bold(plain(name, 80))}  ${paint.dim(plain(about, 200))}`,
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    ...unnamed.flatMap((line) => ['', ...wrap(sentence(plain(line, 500)), 96, '  ')]),
    ...(unnamed.length > 0 ? [paint.dim('  No known cause: this is where it stops, not why it was set up so.')] : []),
    ...followed.flatMap((trace) => [
      '',
      `  ${paint.bold('A packet')} ${paint.dim(`from ${trace.flow.container} to ${trace.flow.address}${trace.flow.port ? `:${trace.flow.port}` : ''} by ${trace.flow.protocol}${trace.by === 'rules' ? ', on paper' : ''}`)}`,
      ...wayLines(trace, paint),
    ]),
    ...list('Could not be seen', unseen, '?', paint),
    ...list('Found well', well, '✓', paint),
  ]
}

function findingLines(
  { cause, state, confidence, summary, evidence, remedies, nonFixes }: Finding,
  paint: Paint,
): string[] {
  const dim = paint.dim
  return [
    '',
    `  ${paint.red(paint.bold(cause))} ${dim(`${state === 'latent' ? 'latent: nothing fails yet' : 'active: it fails now'}, ${confidence}`)}`,
    ...wrap(sentence(runOut(plain(summary, 600))), 96, '  '),
    '',
    ...evidence.slice(0, 12).flatMap(({ from, line }) => [`    ${dim(plain(from, 90))}`, `      ${plain(line, 160)}`]),
    ...(evidence.length > 12 ? [dim(`    and ${evidence.length - 12} more lines`)] : []),
    '',
    `  ${paint.bold('Do')}`,
    ...remedies.flatMap(({ name, title, cost, reboots }) => [
      `    ${paint.green('✓')} ${title}  ${dim(name)}`,
      ...wrap(`costs: ${cost}${reboots && !/reboot/.test(cost) ? ', a reboot' : ''}`, 90, '      ').map(dim),
    ]),
    dim(`      the steps: npm run fix ${cause}`),
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
