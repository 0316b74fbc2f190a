import { type End, type Flow, isDead, locations, type Station, type Trace, type TracedRule } from './trace.ts'

/** A location that the packet came to, and what happened there. */
export interface Mark {
  way: Station['way']
  location: Station['location']
  message: string
  rules?: TracedRule[]
  /** `message` shows only that rules let the packet through. */
  letThrough?: true
  /** The packet was not seen here: the location follows from what came before and after, or is unknown. */
  unknown?: boolean
}

export interface Ending {
  end: End
  summary: string
  terminatingRule?: TracedRule
}

const back: Station['location'][] = ['prerouting', 'routing', 'forward', 'container']
// Locations that the trace shows only where the answer dies at one of them.
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

/** A whole trace from the locations that a packet came to: where it ends it is dead, and what follows is unreached. */
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

/** The usual path from a container to the outside; the trace then also shows its unreached locations. */
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

/** A sentence's end that names a rule and its owner. */
export function blame({ verdict, table, chain, rule, backend, owner }: TracedRule): string {
  const what = rule.startsWith('policy') ? `the ${rule}` : `“${rule}”`
  const where = `${table} ${chain}${backend === 'legacy' ? ' (the legacy backend)' : ''}`
  return `${verdict === 'reject' ? 'rejected' : 'dropped'} by ${what} in ${where} – ${originOf(owner)}`
}

/** A rule's owner and how it is known. */
export function originOf({ who, by }: TracedRule['owner']): string {
  const whose = who === 'admin' ? 'the administrator’s own: ' : who === 'unknown' ? '' : `${who}’s: `
  return `${whose}${by}`
}

/** The ending of a packet (or an answer, by `whose`) that a rule has ended. */
export const drop = (terminatingRule: TracedRule, whose = 'the packet'): Ending => ({
  end: terminatingRule.verdict === 'reject' ? 'rejected' : 'dropped',
  summary: `${whose} is ${blame(terminatingRule)}`,
  terminatingRule,
})

/** What a location's rules did with a packet that passed. */
export function outcomeOf(rules: readonly TracedRule[]): Pick<Mark, 'message' | 'letThrough'> {
  const translated = rules.find(({ verdict }) => verdict === 'translate')
  return translated ? { message: `translated by “${translated.rule}”` } : { message: 'let through', letThrough: true }
}
