import fc from 'fast-check'
import type { Agent } from './agent.ts'
import { hostSpec } from './arbitrary/host.ts'
import { type Contradiction, compare, standsAlone } from './compare.ts'
import type { HostSpec } from './host-spec.ts'

/** A campaign's host, from its seed and its number alone. */
export const specAt = (seed: number, index: number): HostSpec =>
  fc.sample(hostSpec, { seed: mixed(seed, index), numRuns: 1 })[0]!

// Adjacent seeds would make similar hosts. Source: the finalizer of MurmurHash3.
function mixed(seed: number, index: number): number {
  let value = (Math.imul(seed, 0x9e3779b1) + index) | 0
  for (const factor of [0x85ebca6b, 0xc2b2ae35]) value = Math.imul(value ^ (value >>> 15), factor)
  return (value ^ (value >>> 16)) | 0
}

export interface Shrunk {
  spec: HostSpec
  contradictions: Contradiction[]
  bundle: string
  attempts: number
}

const hasty = { first: 200, second: 700 }

/** The smallest host, found in at most `attempts` tries, that contradicts in the same direction as this one. */
export async function shrink(
  agent: Agent,
  seed: number,
  index: number,
  found: Contradiction[],
  attempts: number,
): Promise<Shrunk> {
  let tried = 0
  let smallest: Shrunk = { spec: specAt(seed, index), contradictions: found, bundle: '', attempts: 0 }
  const ends = new Set(found.map(({ end }) => end))
  const agrees = async (spec: HostSpec): Promise<boolean> => {
    if (tried++ > attempts) return true
    const result = await compare(agent, spec, { wait: hasty })
    const same = result.contradictions.filter(({ end }) => ends.has(end))
    if (same.length === 0 || !(await standsAlone(agent, spec, same[0]!, hasty))) return true
    smallest = { spec, contradictions: same, bundle: result.bundle, attempts: tried }
    return false
  }
  await fc.check(fc.asyncProperty(hostSpec, agrees), { seed: mixed(seed, index), numRuns: 1 })
  return { ...smallest, attempts: tried }
}
