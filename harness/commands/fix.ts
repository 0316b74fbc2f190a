import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { type Examination, examine, type Finding } from '../diagnosis/examine.ts'
import { collect } from '../evidence/collect.ts'
import { detectors } from '../faults/index.ts'
import { exit, LabError } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'
import { patience, reach, reachOptions } from './diagnose.ts'

/**
 * `npm run fix <cause> [-- --ssh user@host --use <fix> --apply]`: the steps that repair a host of a cause, as they are for
 * that host. With `--apply` they are run, after a yes, and the host is diagnosed again: exit 0 where the cause is gone.
 */
export default async function fix(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...reachOptions,
      use: { type: 'string' },
      apply: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  })
  const causes = Object.keys(detectors)
  const [cause] = positionals
  if (positionals.length !== 1 || !cause || !causes.includes(cause))
    throw new LabError('usage', cause ? `no cause ${cause}` : 'name one cause', {
      hint: `there are ${(cause && nearest(cause, causes).join(', ')) || causes.join(', ')}; npm run diagnose names them`,
    })
  const host = reach(values)
  const finding = named(examine(await collect(host, patience)), cause)
  if (!finding) {
    console.error(`${host.name} does not have ${cause}: there is nothing to repair`)
    return exit.passed
  }
  const chosen = finding.remedies.filter(({ name }) => !values.use || name === values.use)
  const names = finding.remedies.map(({ name }) => name)
  const [remedy] = chosen
  if (!remedy) throw new LabError('usage', `--use ${values.use}: not one of ${names.join(', ')}`)
  for (const each of values.apply ? [remedy] : chosen) print(each)
  if (!values.apply) {
    console.error(
      pc.dim(
        `to have it done: npm run fix ${cause} -- --apply${names.length > 1 ? ` --use ${remedy.name}` : ''}${values.ssh ? ` --ssh ${values.ssh}` : ''}`,
      ),
    )
    return exit.failed
  }
  if (!values.yes && !(await agreed(`Do this on ${host.name}? [y/N] `))) return exit.failed
  for (const step of remedy.steps) {
    const { code, stdout, stderr } = await host.exec(step, { deadlineMs: 300_000 })
    process.stderr.write(stdout + stderr)
    if (code !== 0)
      throw new LabError('host', `a step failed with exit ${code}; those after it were not run`, { facts: { step } })
  }
  if (remedy.reboots) {
    console.error('now reboot it, and diagnose it again')
    return exit.failed
  }
  const left = named(examine(await collect(host, patience)), cause)
  console.error(left ? pc.red(`${cause} is still there: ${left.summary}`) : pc.green(`${cause} is gone`))
  return left ? exit.failed : exit.passed
}

const named = ({ findings }: Examination, cause: string): Finding | undefined =>
  findings.find((finding) => finding.cause === cause)

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
