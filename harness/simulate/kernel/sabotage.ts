import { planted } from '../planted.ts'
import type { Agent } from './agent.ts'
import { crew } from './campaign.ts'
import { compare, contradicts, standsAlone } from './compare.ts'
import type { Options } from './options.ts'
import { specAt } from './shrink.ts'
import { simulated } from './simulated.ts'

export interface Found {
  name: string
  /** The host that shows the error; undefined where none does. */
  index?: number
  flow?: string
  hosts: number
}

/** Plants each error alone, and searches for a host on which the simulator is wrong with it and right without it. */
export async function findPlanted(
  { planted: names, hosts, seed, jobs }: Options,
  progress: (line: string) => void,
): Promise<Found[]> {
  await using agents = await crew(jobs)
  const all: Found[] = []
  for (const name of names) {
    planted.add(name)
    try {
      all.push(await findOne(agents.all, name, hosts, seed))
    } finally {
      planted.delete(name)
    }
    const { index, flow, hosts: tried } = all.at(-1)!
    progress(index === undefined ? `${name}: not found in ${tried} hosts` : `${name}: found by host ${index} (${flow})`)
  }
  return all
}

async function findOne(agents: readonly Agent[], name: string, hosts: number, seed: number): Promise<Found> {
  let next = 0
  const shown: { index: number; flow: string }[] = []
  const work = async (agent: Agent): Promise<void> => {
    while (next < hosts && shown.length === 0) {
      const index = next++
      const flow = await shows(agent, name, seed, index)
      if (flow !== undefined) shown.push({ index, flow })
    }
  }
  await Promise.all(agents.map(work))
  const [first] = shown.toSorted((a, b) => a.index - b.index)
  return { name, hosts: next, ...first }
}

async function shows(agent: Agent, name: string, seed: number, index: number): Promise<string | undefined> {
  const spec = specAt(seed, index)
  const { contradictions, bundle } = await compare(agent, spec)
  for (const each of contradictions.slice(0, 3)) {
    planted.delete(name)
    const [right] = simulated(bundle, spec.base, [each.flow])
    planted.add(name)
    if (right!.end === 'unclear' || contradicts(right!, each.kernel)) continue
    if (await standsAlone(agent, spec, each)) return each.title
  }
  return undefined
}
