import { endsHarness, type Kind } from './kinds.ts'

/** What has to happen before the time to a strike begins to run. */
export const events = ['start', 'plan', 'engine', 'host', 'cell', 'all-cells'] as const
export type Event = (typeof events)[number]

/** One strike at a running matrix. */
export interface Strike {
  kind: Kind
  after: Event
  /** After `start`: the share of the run's expected length; else of the ms that `delayOf` gives for the event. */
  share: number
  /** From 0 to 1: which of several processes, how long a disk fails. */
  strength: number
}

/** One matrix with its strikes: at most one for each of its processes, the last of which runs to the end. */
export interface Round {
  index: number
  /** The last stage of its cells; all stages where it is absent. */
  until?: 'healthy' | 'broken'
  strikes: Strike[]
  /** Whether `npm run down` comes before the next process; where not, that process alone has to clean up. */
  downs: boolean[]
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The round with this number in the campaign of a seed. It depends on nothing else, so a campaign can be repeated. */
export function planRound(seed: number, index: number, kinds: readonly Kind[]): Round {
  const next = dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  const oneOf = <T>(some: readonly T[]): T => some[Math.floor(next() * some.length)]!
  // Whole cells take several times as long.
  const until = next() < 0.04 ? undefined : oneOf(['healthy', 'broken'] as const)
  const strike = (kind: Kind): Strike => {
    const after = next() < 0.5 ? 'start' : oneOf(events)
    return { kind, after, share: next(), strength: next() }
  }
  // After any other kind the run goes on to its end, so these come first.
  const ends = kinds.filter(endsHarness)
  const first = ends.length > 0 ? Array.from({ length: Math.floor(next() * 5) }, () => strike(oneOf(ends))) : []
  const strikes = [...first, strike(oneOf(kinds))]
  return { index, ...(until && { until }), strikes, downs: strikes.map(() => next() < 0.5) }
}

/** The ms from a strike's event to the strike. */
export const delayOf = ({ after, share }: Strike, expectedMs: number): number =>
  // Once all cells have ended, a report is written in less than a second.
  Math.round(share * (after === 'start' ? expectedMs : after === 'all-cells' ? 600 : 4000))
