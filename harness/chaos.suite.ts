import { runCampaign } from './chaos/campaign.ts'
import { readOptions } from './chaos/options.ts'
import { faultsOf, tableOf } from './chaos/table.ts'
import { exit, LabError } from './lib/errors.ts'
import { runSuite } from './simulate/kernel/suite.ts'

// `npm run chaos`: kills a matrix and what it is made of at random moments. Exit 1 where anything is left on the
// machine, a cell is lost or ran twice, or an infrastructure fault was reported as a result.
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupt.abort(new LabError('interrupted', `interrupted by ${signal}`)))
  const state = await runCampaign(options, interrupt.signal, (line) => console.error(line))
  const faults = faultsOf(state)
  for (const line of faults) console.log(line)
  console.log(`\n${tableOf(state)}\n`)
  return faults.length === 0 ? exit.passed : exit.failed
}

runSuite(main)
