import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { type Examination, examine, type Finding } from '../diagnosis/examine.ts'
import { collect } from '../evidence/collect.ts'
import { execute } from '../faults/execute.ts'
import { causeNames } from '../faults/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'
import type { Target } from '../targets/target.ts'
import { patience, reach, reachOptions, readBundleFile } from './diagnose.ts'

/**
 * `npm run fix [cause] [-- --ssh user@host | --bundle FILE] [--use <remedy>] [--apply]`: the steps that repair a host, as
 * they are for that host. With `--apply` they are run, after a yes, and the host is diagnosed again: exit 0 where the cause
 * is gone. Without a cause: the first that `diagnose` names and that something can be done about.
 */
export default async function fix(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...reachOptions,
      bundle: { type: 'string' },
      use: { type: 'string' },
      apply: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  })
  const [asked, ...more] = positionals
  if (more.length > 0 || (asked !== undefined && !causeNames.includes(asked)))
    throw new LabError('usage', more.length > 0 ? 'one cause at a time' : `no cause ${asked}`, {
      hint: `there are ${nearest(asked!, causeNames).join(', ') || causeNames.join(', ')}; npm run diagnose names them`,
    })
  if (values.bundle !== undefined && (values.apply || values.ssh !== undefined))
    throw new LabError('usage', 'a bundle can be given steps, and not be repaired', {
      hint: 'leave out --bundle to work on this machine, or have --ssh user@host',
    })
  const host = values.bundle === undefined ? reach(values) : undefined
  const name = host?.name ?? values.bundle!
  const seen = examine(host ? await collect(host, patience) : await readBundleFile(values.bundle!))
  const finding = chosen(seen, asked, name)
  if (!finding) return seen.verdict === 'healthy' || asked !== undefined ? exit.passed : exit.failed
  const remedies = finding.remedies.filter((remedy) => !values.use || remedy.name === values.use)
  const [remedy] = remedies
  if (!remedy) throw nothingToUse(finding, values.use)
  for (const each of values.apply ? [remedy] : remedies) print(each)
  if (!values.apply || !host) {
    const how = `npm run fix ${finding.cause} -- --apply${finding.remedies.length > 1 ? ` --use ${remedy.name}` : ''}${values.ssh ? ` --ssh ${values.ssh}` : ''}`
    if (host) console.error(pc.dim(`to have it done: ${how}`))
    return exit.failed
  }
  if (!values.yes && !(await agreed(`Do this on ${host.name}? [y/N] `))) return exit.failed
  return apply(host, finding, remedy)
}

/** The finding to repair; nothing where there is none, which is printed. */
function chosen({ findings, unexplained }: Examination, asked: string | undefined, name: string): Finding | undefined {
  if (asked !== undefined) {
    const finding = findings.find(({ cause }) => cause === asked)
    if (!finding) console.error(`${name} does not have ${asked}: there is nothing to repair`)
    return finding
  }
  const finding = findings.find(({ remedies }) => remedies.length > 0) ?? findings[0]
  if (!finding)
    console.error(
      unexplained.length > 0
        ? `${name} is sick of something that no known cause explains; npm run diagnose says where it ends`
        : `${name} has no known cause: there is nothing to repair`,
    )
  return finding
}

function nothingToUse({ cause, remedies, deferred }: Finding, use: string | undefined): LabError {
  const blocked = deferred.find(({ name }) => use === undefined || name === use)
  if (blocked)
    return new LabError('usage', `${blocked.name} is of no use yet: ${blocked.why}`, {
      hint: 'npm run diagnose names what to repair first',
    })
  return new LabError('usage', `--use ${use}: no remedy of ${cause} on this host`, {
    hint: `there are ${remedies.map(({ name }) => name).join(', ')}`,
  })
}

async function apply(host: Target, finding: Finding, remedy: Finding['remedies'][number]): Promise<number> {
  const { failed } = await execute(remedy.steps, host, (output) => process.stderr.write(output))
  if (failed)
    throw new LabError('host', `a step failed with exit ${failed.code}; those after it were not run`, {
      facts: { step: failed.step },
    })
  if (remedy.reboots) {
    console.error('now reboot it, and diagnose it again')
    return exit.failed
  }
  const left = examine(await collect(host, patience))
  const still = left.findings.find(({ cause }) => cause === finding.cause)
  console.error(
    still ? pc.red(`${finding.cause} is still there: ${still.summary}`) : pc.green(`${finding.cause} is gone`),
  )
  for (const { cause } of left.findings.filter((each) => each !== still)) console.error(`${cause} is left`)
  return still ? exit.failed : exit.passed
}

function print({ name, title, cost, steps, reboots }: Finding['remedies'][number]): void {
  console.log(`# ${title} (${name})\n# costs: ${cost}`)
  for (const step of steps) console.log(step)
  if (reboots) console.log('reboot')
  console.log()
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new LabError('usage', 'nobody is there to say yes', { hint: 'say it beforehand: --yes' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}
