import { type End, type Flow, isDead, locations, type Station, type Trace, type TracedRule } from './trace.ts'

/** A place that the packet came to, and what became of it there. */
export interface Mark {
  way: Station['way']
  location: Station['location']
  message: string
  rules?: TracedRule[]
  /** Nobody saw it here: it follows from what came before and after, or cannot be told. */
  unknown?: boolean
}

export interface Ending {
  end: End
  summary: string
  terminatingRule?: TracedRule
}

const back: Station['location'][] = ['prerouting', 'routing', 'forward', 'container']
// Passed without a word, and shown only where the answer dies there.
const seldom: Station['location'][] = [
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
  { end, summary, terminatingRule }: Ending,
): Trace {
  const last = marks.at(-1)!
  const dead = isDead({ end })
  const stationOf = (way: Station['way'], location: Station['location'], mark?: Mark): Station => {
    const passed = mark?.unknown ? 'unknown' : 'passed'
    const state = mark ? (dead && mark === last ? 'dead' : passed) : dead ? 'unreached' : 'unknown'
    return { way, location, state, message: mark?.message ?? '', rules: mark?.rules ?? [] }
  }
  const stations = isUsual(flow, marks)
    ? usualLocations(dead, last).map(({ way, location }) =>
        stationOf(
          way,
          location,
          marks.find((each) => each.way === way && each.location === location),
        ),
      )
    : marks.map((mark) => stationOf(mark.way, mark.location, mark))
  return {
    flow,
    by,
    end,
    ...(dead && { at: { way: last.way, location: last.location } }),
    ...(terminatingRule && { terminatingRule }),
    summary,
    stations,
  }
}

/** From a container to the outside: the picture then has a place for what was not reached as well. */
const isUsual = ({ from }: Flow, marks: readonly Mark[]): boolean =>
  (from === undefined || from.at === 'container') &&
  !marks.some(
    ({ way, location }, index) =>
      location === 'input' ||
      location === 'output' ||
      marks.some((other, at) => at < index && other.way === way && other.location === location) ||
      (way === 'out' && location === 'container' && index > 0),
  )

const usualLocations = (dead: boolean, last: Mark): Pick<Station, 'way' | 'location'>[] => [
  ...locations.map((location) => ({ way: 'out' as const, location })),
  ...(dead && last.way === 'back' && !back.includes(last.location)
    ? seldom.filter((location) => back.includes(location) || location === last.location)
    : back
  ).map((location) => ({ way: 'back' as const, location })),
]

/** A rule as the words that name it and its owner. */
export function blame({ verdict, table, chain, rule, backend, owner }: TracedRule): string {
  const what = rule.startsWith('policy') ? `the ${rule}` : `“${rule}”`
  const where = `${table} ${chain}${backend === 'legacy' ? ' (the legacy backend)' : ''}`
  const whose = owner.who === 'admin' ? 'the admin’s own: ' : owner.who === 'unknown' ? '' : `${owner.who}’s: `
  return `${verdict === 'reject' ? 'rejected' : 'dropped'} by ${what} in ${where} – ${whose}${owner.by}`
}

/** The ending of a packet, or of what is called otherwise, that a rule has killed. */
export const drop = (terminatingRule: TracedRule, whose = 'the packet'): Ending => ({
  end: terminatingRule.verdict === 'reject' ? 'rejected' : 'dropped',
  summary: `${whose} is ${blame(terminatingRule)}`,
  terminatingRule,
})

/** What the rules of a place did with a packet that came through. */
export function told(rules: readonly TracedRule[]): string {
  const translated = rules.find(({ verdict }) => verdict === 'translate')
  return translated ? `translated by “${translated.rule}”` : 'let through'
}
