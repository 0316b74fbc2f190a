import type { Agent } from '../../simulate/kernel/agent.ts'
import { crew } from '../../simulate/kernel/campaign.ts'
import { specAt } from '../../simulate/kernel/shrink.ts'
import { type Comparison, compareRecording, type Mutation } from './compare-traces.ts'
import { keepRecording, record } from './recording.ts'
import { emptyTally, type Tally, withHost } from './tally.ts'

export interface CampaignOptions {
  seed: number
  /** The first host, and the number of hosts. */
  from: number
  hosts: number
  jobs: number
  /** The number of wrong locations that stops the campaign. */
  most: number
  mutation?: Mutation
  /** A folder for a recording of each host. */
  record?: string
}

/**
 * Compares the tracer with the kernel on a seed's hosts, some at a time. `progress` gets a line for each wrong
 * location.
 */
export async function runCampaign(
  { seed, from, hosts, jobs, most, mutation, record: folder }: CampaignOptions,
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
      const compared = compareRecording(recording, mutation)
      tally = withHost(tally, index, compared)
      for (const each of compared.filter(({ is }) => is === 'other')) progress(lineOf(index, each))
      if (tally.hosts % 50 === 0) progress(`${tally.hosts} hosts, ${tally.other.length} wrong locations`)
    }
  }
  await Promise.all(agents.all.map(work))
  return tally
}

/** One flow for people: the tracer's answer, and the kernel's. */
export function lineOf(index: number, { is, title, kernel, trace, truth, why }: Comparison): string {
  const { end, at } = trace
  const hangs = [...(truth?.byBase ? ['the base'] : []), ...(truth?.culprits.map(({ kind }) => kind) ?? [])].join(', ')
  const location = at ? ` at ${at.way} ${at.location}` : ''
  return `host ${index}: ${is}: ${title}: kernel ${kernel}${hangs && ` by ${hangs}`}; trace ${end}${location}: ${why}`
}
