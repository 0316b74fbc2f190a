import { fullTable } from '../simulate/conntrack-table.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { legacyTerminatingRules } from './legacy.ts'
import type { Lost } from './lost.ts'
import type { Station } from './trace.ts'
import type { Visit } from './visits.ts'

/**
 * The ending of a packet that no nft rule ended, and that did not arrive at the next bracket of its hook: a table of
 * the legacy backend runs between.
 */
export function lostInside(
  { facts, counted, computed, marks }: Context,
  way: Station['way'],
  visit: Visit,
  { last }: TracedPacket,
): Lost {
  const { hook, where } = visit
  const terminatingRules = legacyTerminatingRules(hook, where, counted, facts).filter(({ rule }) =>
    mayMatch(rule, visit, last.protocol),
  )
  const rule = computed.walk.drop?.rule
  const terminatingRule =
    terminatingRules.length < 2
      ? terminatingRules[0]
      : terminatingRules.find(
          (each) => rule?.table === each.table && rule.chain === each.chain && rule.rule === each.rule,
        )
  if (terminatingRule) return { terminatingRule }
  const whose = way === 'back' ? 'the answer' : 'the packet'
  // A packet that output has translated is routed again, and lost where it has no route.
  if (!terminatingRules[0] && hook === 'output') {
    const known = computed.dropAt(way, 'routing')
    const summary = known?.message ?? `${whose} has no route after output has changed it`
    marks.note({ way, location: 'routing', message: summary })
    return { ending: { end: known?.end ?? 'no-route', summary } }
  }
  const several = terminatingRules.map((each) => `“${each.rule}” in ${each.chain}`).slice(0, 4)
  const [first] = terminatingRules
  const full = first ? undefined : fullTable(facts)
  const summary = full
    ? `${whose} is dropped in ${hook}: the kernel’s table of connections is full (${full.count} of ${full.max})`
    : first
      ? `${whose} is dropped in ${first.table} (the legacy backend), by one of ${several.join(', ')}`
      : `${whose} vanished in ${hook}, after ${where}, and no listed rule explains it`
  marks.last!.message = summary
  return { ending: { end: 'dropped', summary } }
}

/** Whether a rule may match a packet, by the devices and the protocol that it names. */
function mayMatch(rule: string, { input, output }: Visit, protocol: string): boolean {
  const named = (option: string): string | undefined => rule.match(new RegExp(`(?<!! )-${option} ([^ +]+)(?= |$)`))?.[1]
  const fits = (wanted: string | undefined, own: string): boolean =>
    wanted === undefined || own === '' || wanted === own
  return fits(named('i'), input) && fits(named('o'), output) && fits(named('p'), protocol)
}
