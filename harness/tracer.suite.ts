import { parseArgs } from 'node:util'
import { exit, LabError, messageOf } from './lib/errors.ts'
import { wholeNumber } from './simulate/kernel/options.ts'
import { readyForHosts, runSuite } from './simulate/kernel/suite.ts'
import { runCampaign } from './trace/random/campaign.ts'
import { mutations } from './trace/random/mutations.ts'
import { tallyText } from './trace/random/tally.ts'

// `npm run test:tracer`: runs the packet tracer on the random hosts of the simulator's test. The tracer has to name the
// step at which the generator ends the packet. Exit 1 where it names another one.
const usage = `npm run test:tracer -- [--hosts N] [--from INDEX] [--seed S] [--jobs J] [--most N] [--record DIR] [--planted NAME|all]
  follows real packets on random hosts in network namespaces; needs root and Linux
  --hosts N      how many (200)
  --from INDEX   the first one (0)
  --seed S       the seed of their contents (1)
  --jobs J       hosts at a time (8)
  --most N       stop after N wrong answers (20)
  --record DIR   keep a recording of each host there, for a spec
  --planted NAME plant an error in the tracer, and look for it: ${Object.keys(mutations).join(', ')} or all`
const progress = (line: string): void => console.error(line)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  await readyForHosts(progress, ['iputils-ping'])
  if (options.planted.length > 0) return findPlanted(options)
  const tally = await runCampaign(options, progress)
  console.log(tallyText(tally))
  return tally.other.length === 0 && tally.hosts > 0 ? exit.passed : exit.failed
}

async function findPlanted({ planted, ...options }: ReturnType<typeof readOptions>): Promise<number> {
  let missed = 0
  for (const name of planted) {
    const { other, hosts } = await runCampaign({ ...options, most: 1, mutation: mutations[name]! }, () => {})
    console.log(`${name.padEnd(16)} ${other.length > 0 ? `found: ${other[0]}` : `not found in ${hosts} hosts`}`)
    if (other.length === 0) missed++
  }
  return missed === 0 ? exit.passed : exit.failed
}

function readOptions(args: string[]) {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args,
      options: {
        hosts: text,
        from: text,
        seed: text,
        jobs: text,
        most: text,
        record: text,
        planted: { type: 'string', multiple: true, default: [] },
      },
    })
    const count = (name: 'hosts' | 'from' | 'seed' | 'jobs' | 'most', usual: number, least = 0): number =>
      wholeNumber(name, values[name], usual, least)
    const planted = values.planted.flatMap((name) => (name === 'all' ? Object.keys(mutations) : [name]))
    for (const name of planted) if (!(name in mutations)) throw new Error(`--planted ${name}: unknown`)
    return {
      hosts: count('hosts', 200, 1),
      from: count('from', 0),
      seed: count('seed', 1),
      jobs: count('jobs', 8, 1),
      most: count('most', 20, 1),
      planted,
      ...(values.record !== undefined && { record: values.record }),
    }
  } catch (error) {
    throw new LabError('usage', messageOf(error), { hint: usage, cause: error })
  }
}

runSuite(main)
