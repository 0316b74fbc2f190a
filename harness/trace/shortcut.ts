import type { Ending } from './build.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { isBridged } from './links.ts'
import { containerOf } from './trace.ts'

/**
 * The ending of a packet that was translated to a destination on its sender's own bridge, and kept its source: the
 * answer goes straight to the sender over that bridge. Where the bridge hides its frames from IP, nothing translates
 * the answer back.
 */
export function shortcut({ flow, facts, marks }: Context, { first, last, steps }: TracedPacket): Ending | undefined {
  const { output } = last
  const bridge = facts.links.find(({ name }) => name === first.input)?.master ?? first.input
  const isShown = facts.sysctls['net.bridge.bridge-nf-call-iptables'] === '1'
  const isTranslated = first.destination !== last.destination && first.source === last.source
  const passed = steps.some(({ family, hook }) => family === 'ip' && hook === 'postrouting')
  if (containerOf(flow) === undefined || isShown || !isTranslated || !passed || output !== bridge) return undefined
  if (!isBridged(facts, output)) return undefined
  const expected = flow.protocol === 'icmp' ? first.destination : `${first.destination}:${first.destinationPort}`
  const summary = `the answer of ${last.destination} goes straight to ${first.source} over ${output} and bypasses the host: it does not come from ${expected}, where the request went`
  marks.push({ way: 'back', location: 'container', message: summary })
  return { end: 'source-check', summary }
}
