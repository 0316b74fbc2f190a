import type { Agent } from '../../simulate/kernel/agent.ts'
import { crew } from '../../simulate/kernel/campaign.ts'
import { specAt } from '../../simulate/kernel/shrink.ts'
import { type Held, holdRecording, type Twist } from './hold.ts'
import { keepRecording, record } from './recording.ts'
import { emptyTally, type Tally, withHost } from './tally.ts'

export interface CampaignOptions {
  seed: number
  /** The first host, and how many. */
  from: number
  hosts: number
  jobs: number
  /** Other places after which it stops. */
  most: number
  twist?: Twist
  /** A folder where each host is kept, as a recording. */
  record?: string
}

/** Holds the tracer against the hosts of a seed, some at a time. `progress` has a line for each other place. */
export async function runCampaign(
  { seed, from, hosts, jobs, most, twist, record: folder }: CampaignOptions,
  progress: (line: string) => void,
): Promise<Tally> {
  let tally = emptyTally()
  let next = from
  await using agents = await crew(jobs)
  const work = async (agent: Agent): Promise<void> => {
    while (next < from + hosts && tally.other.length < most) {
      const index = next++
      const recording = await record(agent, specAt(seed, index))
      if (folder !== undefined) keepRecording(folder, `${seed}-${index}`, recording)
      const held = holdRecording(recording, twist)
      tally = withHost(tally, index, held)
      for (const each of held.filter(({ is }) => is === 'other')) progress(lineOf(index, each))
      if (tally.hosts % 50 === 0) progress(`${tally.hosts} hosts, ${tally.other.length} other places`)
    }
  }
  await Promise.all(agents.all.map(work))
  return tally
}

/** One flow for people: what the tracer says, and what the kernel does. */
export function lineOf(index: number, { is, title, kernel, trace, truth, why }: Held): string {
  const { end, at } = trace
  const hangs = [...(truth?.byBase ? ['the base'] : []), ...(truth?.culprits.map(({ kind }) => kind) ?? [])].join(', ')
  const location = at ? ` at ${at.way} ${at.location}` : ''
  return `host ${index}: ${is}: ${title}: kernel ${kernel}${hangs && ` by ${hangs}`}; trace ${end}${location}: ${why}`
}
