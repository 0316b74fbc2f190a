import { exit } from './lib/errors.ts'
import { runCampaign } from './simulate/kernel/campaign.ts'
import { readOptions } from './simulate/kernel/options.ts'
import { findPlanted } from './simulate/kernel/sabotage.ts'
import { showHost } from './simulate/kernel/show-host.ts'
import { readyForHosts, runSuite } from './simulate/kernel/suite.ts'
import { tallyText } from './simulate/kernel/tally.ts'

// `npm run test:simulator`: compares the simulator with this machine's kernel on random hosts. Exit 1 where they
// differ.
const mostUnclear = 0.05
const progress = (line: string): void => console.error(line)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  const without = await readyForHosts(progress)
  for (const line of without.features) progress(`left out: ${line}`)
  if (options.only !== undefined) return (await showHost(options.seed, options.only)) ? exit.passed : exit.failed
  if (options.planted.length > 0) {
    const found = await findPlanted(options, progress)
    for (const { name, index, flow, hosts } of found)
      console.log(
        `${name.padEnd(20)} ${index === undefined ? `not found in ${hosts} hosts` : `host ${index}: ${flow}`}`,
      )
    return found.every(({ index }) => index !== undefined) ? exit.passed : exit.failed
  }
  const tally = await runCampaign(options, progress)
  console.log(tallyText(tally))
  const clear = tally.unclear <= mostUnclear * tally.flows
  if (!clear) console.log(`  more than ${mostUnclear * 100} % of the flows are unclear`)
  return tally.contradictions.length === 0 && clear && tally.hosts > 0 ? exit.passed : exit.failed
}

runSuite(main)
