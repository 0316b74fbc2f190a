import { Agent } from './agent.ts'
import { type Comparison, type Contradiction, compare, standsAlone } from './compare.ts'
import { keepContradiction, keepTally, keptTally } from './keep.ts'
import type { Options } from './options.ts'
import { shrink, specAt } from './shrink.ts'
import { emptyTally, type Tally, withHost } from './tally.ts'

// A resumed campaign skips finished rounds; a round takes about a minute.
const roundSize = 200
// The real collector takes longer than its sections one by one, so only one of this many hosts runs it.
const everyWhole = 50

/**
 * Makes hosts, some at a time, and compares the simulation of each with the kernel. Gives the tally, and keeps
 * contradictions as files.
 */
export async function runCampaign(options: Options, progress: (line: string) => void): Promise<Tally> {
  const { seed, hosts, jobs, resume, most, minutes = Number.POSITIVE_INFINITY } = options
  const deadline = Date.now() + minutes * 60_000
  let tally = (resume ? keptTally(seed) : undefined) ?? emptyTally(seed)
  await using agents = await crew(jobs)
  while (tally.next < hosts && tally.contradictions.length < most && Date.now() < deadline) {
    const end = Math.min(tally.next + roundSize, hosts)
    const began = Date.now()
    const { results, next } = await round(agents.all, { from: tally.next, end, deadline }, options, progress)
    for (const { index, result, stands } of results.toSorted((a, b) => a.index - b.index))
      tally = withHost(tally, index, result, stands)
    tally = { ...tally, next, ms: tally.ms + Date.now() - began }
    keepTally(tally)
    progress(
      `${tally.next} hosts, ${tally.flows} flows, ${tally.contradictions.length} contradictions, ${Math.round(tally.ms / tally.hosts)} ms a host`,
    )
  }
  return tally
}

interface Done {
  index: number
  result: Comparison
  stands: boolean
}

/** Compares the hosts from `from` to before `next`, which is `end` or the first that found the time over. */
async function round(
  agents: readonly Agent[],
  { from, end, deadline }: { from: number; end: number; deadline: number },
  options: Options,
  progress: (line: string) => void,
): Promise<{ results: Done[]; next: number }> {
  let next = from
  const results: Done[] = []
  const work = async (agent: Agent): Promise<void> => {
    while (next < end && Date.now() < deadline) {
      const index = next++
      results.push(await one(agent, index, options, progress))
    }
  }
  await Promise.all(agents.map(work))
  return { results, next }
}

async function one(
  agent: Agent,
  index: number,
  { seed, shrink: attempts }: Options,
  progress: (line: string) => void,
): Promise<Done> {
  const spec = specAt(seed, index)
  const result = await compare(agent, spec, { whole: index % everyWhole === 0 })
  const standing = await standingOf(agent, spec, result.contradictions)
  if (standing.length === 0) return { index, result, stands: false }
  progress(
    `host ${index}: ${standing.map(({ title, kernel, end }) => `${title}: kernel ${kernel}, simulated ${end}`).join('; ')}`,
  )
  const smallest = attempts > 0 ? await shrink(agent, seed, index, standing, attempts) : undefined
  const path = keepContradiction(seed, index, { spec, contradictions: standing, bundle: result.bundle }, smallest)
  progress(`  kept as ${path}`)
  return { index, result, stands: true }
}

// A few contradictions are enough to keep the host.
async function standingOf(
  agent: Agent,
  spec: ReturnType<typeof specAt>,
  all: readonly Contradiction[],
): Promise<Contradiction[]> {
  const standing: Contradiction[] = []
  for (const each of all.slice(0, 3)) if (await standsAlone(agent, spec, each)) standing.push(each)
  return standing
}

/** Helper processes side by side; they end with the campaign. */
export async function crew(jobs: number): Promise<{ all: Agent[] } & AsyncDisposable> {
  const all = Array.from({ length: jobs }, () => new Agent())
  return {
    all,
    [Symbol.asyncDispose]: async () => void (await Promise.all(all.map((agent) => agent[Symbol.asyncDispose]()))),
  }
}
