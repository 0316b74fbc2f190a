import { type End, type Flow, type Hop, isDead, places, type Station, type Trace } from './trace.ts'

/** A place that the packet came to, and what became of it there. */
export interface Mark {
  way: Station['way']
  place: Station['place']
  says: string
  hops?: Hop[]
  /** Nobody saw it here: it follows from what came before and after, or cannot be told. */
  unknown?: boolean
}

export interface Ending {
  end: End
  summary: string
  killer?: Hop
}

const back: Station['place'][] = ['prerouting', 'routing', 'forward', 'container']
// Passed without a word, and shown only where the answer dies there.
const seldom: Station['place'][] = [
  'outside',
  'uplink',
  'prerouting',
  'routing',
  'forward',
  'postrouting',
  'bridge',
  'container',
]

/** A whole trace from the places a packet came to: where it died it is dead, and what lies behind was not reached. */
export function buildTrace(
  flow: Flow,
  by: Trace['by'],
  marks: readonly Mark[],
  { end, summary, killer }: Ending,
): Trace {
  const last = marks.at(-1)!
  const dead = isDead({ end })
  const stationOf = (way: Station['way'], place: Station['place'], mark?: Mark): Station => {
    const passed = mark?.unknown ? 'unknown' : 'passed'
    const state = mark ? (dead && mark === last ? 'dead' : passed) : dead ? 'unreached' : 'unknown'
    return { way, place, state, says: mark?.says ?? '', hops: mark?.hops ?? [] }
  }
  const stations = isUsual(flow, marks)
    ? usualPlaces(dead, last).map(({ way, place }) =>
        stationOf(
          way,
          place,
          marks.find((each) => each.way === way && each.place === place),
        ),
      )
    : marks.map((mark) => stationOf(mark.way, mark.place, mark))
  return {
    flow,
    by,
    end,
    ...(dead && { at: { way: last.way, place: last.place } }),
    ...(killer && { killer }),
    summary,
    stations,
  }
}

/** From a container to the outside: the picture then has a place for what was not reached as well. */
const isUsual = ({ from }: Flow, marks: readonly Mark[]): boolean =>
  (from === undefined || from.at === 'container') &&
  !marks.some(
    ({ way, place }, index) =>
      place === 'input' ||
      place === 'output' ||
      marks.some((other, at) => at < index && other.way === way && other.place === place) ||
      (way === 'out' && place === 'container' && index > 0),
  )

const usualPlaces = (dead: boolean, last: Mark): Pick<Station, 'way' | 'place'>[] => [
  ...places.map((place) => ({ way: 'out' as const, place })),
  ...(dead && last.way === 'back' && !back.includes(last.place)
    ? seldom.filter((place) => back.includes(place) || place === last.place)
    : back
  ).map((place) => ({ way: 'back' as const, place })),
]

/** A rule as the words that name it and its owner. */
export function blame({ verdict, table, chain, rule, backend, owner }: Hop): string {
  const what = rule.startsWith('policy') ? `the ${rule}` : `“${rule}”`
  const where = `${table} ${chain}${backend === 'legacy' ? ' (the legacy backend)' : ''}`
  const whose = owner.who === 'admin' ? 'the admin’s own: ' : owner.who === 'unknown' ? '' : `${owner.who}’s: `
  return `${verdict === 'reject' ? 'rejected' : 'dropped'} by ${what} in ${where} – ${whose}${owner.by}`
}

/** The ending of a packet, or of what is called otherwise, that a rule has killed. */
export const death = (killer: Hop, whose = 'the packet'): Ending => ({
  end: killer.verdict === 'reject' ? 'rejected' : 'dropped',
  summary: `${whose} is ${blame(killer)}`,
  killer,
})

/** What the rules of a place did with a packet that came through. */
export function told(hops: readonly Hop[]): string {
  const translated = hops.find(({ verdict }) => verdict === 'translate')
  return translated ? `translated by “${translated.rule}”` : 'let through'
}
