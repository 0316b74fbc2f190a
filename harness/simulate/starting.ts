import type { ContainerFact, Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { doubted } from './doubted.ts'
import type { Walk } from './flow.ts'
import { isEndOf } from './members.ts'

// The limit of the section that holds the time, where a bundle lacks how long it took.
const usualMs = 5000

/** When the first sections were read, in ms since 1970; undefined where that is not known. They begin together. */
export const collectedFromMs = ({ system: { nowS }, sections }: Facts): number | undefined =>
  nowS === undefined ? undefined : nowS * 1000 - (sections.system?.ms ?? usualMs)

/** The containers that were started while the evidence was collected: links and rules may have been read before that. */
export const startingContainers = oncePer((facts: Facts): ContainerFact[] => {
  const from = collectedFromMs(facts)
  if (from === undefined) return []
  return facts.docker.containers.filter(({ startedMs }) => startedMs !== undefined && startedMs >= from)
})

/** A walk that fails from or to a container which was started meanwhile shows nothing: its end is not known. */
export function unlessStarting(walk: Walk, facts: Facts): Walk {
  const { flow, end } = walk
  if (end === 'passes' || flow.ought === 'die') return walk
  const own = startingContainers(facts).find((each) => isEndOf(each, flow))
  if (!own) return walk
  const doubt = {
    message: `The container ${own.name} was started while this evidence was collected: its links, and the rules for it, may have been read before that.`,
    kind: 'other',
    key: `start of ${own.name}`,
    holds: true,
    settle: `docker ps -a --filter name=${own.name}   # once it stays up, collect the evidence again`,
  } as const
  return doubted(walk, doubt)
}
