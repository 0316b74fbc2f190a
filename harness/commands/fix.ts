import { createInterface } from 'node:readline/promises'
import { causes } from '../causes/causes.ts'
import { type Examination, examine, type Finding } from '../diagnosis/examine.ts'
import { execute } from '../fix/execute.ts'
import { exit, LabError } from '../lib/errors.ts'
import { invocation } from '../lib/invocation.ts'
import { nearest } from '../lib/text.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { wrap } from '../report/terminal/paint.ts'
import type { Target } from '../targets/target.ts'
import { parse } from './parse.ts'
import { collectFrom, nameOfBundle, readBundleFile, targetOf } from './target-of.ts'

const causeNames = causes.map(({ id }) => id)

/**
 * `fix [cause] [--ssh user@host | --bundle FILE] [--use <remedy>] [--apply]`: prints the steps that repair this host.
 * `--apply` runs them after a confirmation and diagnoses again; exit 0 means that the cause is gone. The default cause
 * is the first that `diagnose` names and that has a remedy.
 */
export default async function fix(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('fix', args)
  const [wanted, ...more] = positionals
  if (more.length > 0) throw new LabError('usage', 'name one cause at a time')
  if (wanted !== undefined && !causeNames.includes(wanted))
    throw new LabError('usage', `unknown cause: ${wanted}`, { hint: causesHint(wanted) })
  if (values.bundle !== undefined && (values.apply || values.ssh !== undefined))
    throw new LabError('usage', 'a bundle is no machine: it takes neither --apply nor --ssh', {
      hint: 'for this machine leave out --bundle; for another use --ssh user@host',
    })
  const host = values.bundle === undefined ? targetOf(values) : undefined
  const name = host?.name ?? nameOfBundle(values.bundle!)
  const seen = examine(host ? await collectFrom(host, signal) : await readBundleFile(values.bundle!))
  const finding = chosen(seen, wanted, name)
  if (!finding) return seen.verdict === 'healthy' || wanted !== undefined ? exit.passed : exit.failed
  const remedies = finding.remedies.filter((remedy) => !values.use || remedy.name === values.use)
  const [remedy] = remedies
  if (!remedy) throw nothingToUse(finding, values.use)
  for (const each of values.apply ? [remedy] : remedies) print(each)
  if (!values.apply || !host) {
    const words = [
      ...(finding.remedies.length > 1 ? ['--use', remedy.name] : []),
      ...(values.ssh ? ['--ssh', values.ssh] : []),
    ]
    const how = invocation('fix', finding.cause, '--apply', ...words)
    if (host) console.error(colorsFor(process.stderr).dim(`to run these steps: ${how}`))
    return exit.failed
  }
  if (!values.yes && !(await agreed(`Run these steps on ${host.name}? [y/N] `))) return exit.failed
  return apply(host, finding, remedy, signal)
}

function causesHint(wanted: string): string {
  const near = nearest(wanted, causeNames)
  const list = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the causes are ${causeNames.join(', ')}`
  return `${list}\nto see which causes a host has: ${invocation('diagnose')}`
}

/** The finding to repair; undefined where there is none, and then it prints why. */
function chosen({ findings, unexplained }: Examination, wanted: string | undefined, name: string): Finding | undefined {
  if (wanted !== undefined) {
    const finding = findings.find(({ cause }) => cause === wanted)
    if (!finding) console.error(`nothing to repair: ${name} does not have ${wanted}`)
    return finding
  }
  const finding = findings.find(({ remedies }) => remedies.length > 0) ?? findings[0]
  if (!finding)
    console.error(
      unexplained.length > 0
        ? `no known cause explains what fails on ${name}; where it ends: ${invocation('diagnose')}`
        : `nothing to repair: ${name} has none of the known causes`,
    )
  return finding
}

function nothingToUse({ cause, remedies, deferred }: Finding, use: string | undefined): LabError {
  const blocked = deferred.find(({ name }) => use === undefined || name === use)
  if (blocked)
    return new LabError('usage', `${blocked.name} does not help yet: ${blocked.why}`, {
      hint: `what to repair first: ${invocation('diagnose')}`,
    })
  return new LabError('usage', `--use ${use}: not a remedy for ${cause} on this host`, {
    hint: `its remedies here: ${remedies.map(({ name }) => name).join(', ')}`,
  })
}

async function apply(
  host: Target,
  finding: Finding,
  remedy: Finding['remedies'][number],
  signal: AbortSignal,
): Promise<number> {
  const { failed } = await execute(remedy.steps, host, (output) => process.stderr.write(output))
  if (failed)
    throw new LabError('host', `a step failed with exit ${failed.code}; the steps after it did not run`, {
      facts: { step: failed.step },
    })
  if (remedy.reboots) {
    console.error('now reboot the host, then diagnose it again')
    return exit.failed
  }
  const left = examine(await collectFrom(host, signal))
  const paint = colorsFor(process.stderr)
  const still = left.findings.find(({ cause }) => cause === finding.cause)
  console.error(
    still ? paint.red(`${finding.cause} is still there: ${still.summary}`) : paint.green(`${finding.cause} is gone`),
  )
  for (const { cause } of left.findings.filter((each) => each !== still)) console.error(`${cause} is still there`)
  return still ? exit.failed : exit.passed
}

function print({ name, title, cost, steps, reboots }: Finding['remedies'][number]): void {
  const { columns } = colorsFor(process.stdout)
  const head = [`${title} (${name})`, `cost: ${cost}`]
  for (const line of head.flatMap((text) => wrap(text, 118, '# ', columns))) console.log(line)
  for (const step of steps) console.log(step)
  if (reboots) console.log('reboot')
  console.log()
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new LabError('usage', 'no terminal to confirm on', { hint: 'to run the steps without a confirmation: --yes' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}
