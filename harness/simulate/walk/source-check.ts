import type { PolicyRule } from '../../evidence/facts.ts'
import { planted } from '../planted.ts'
import { deviceOf, eitherSetting, largerSetting, type Stack } from '../stack.ts'
import { policyOf } from './next-hop.ts'

/** What a source check reads of a packet. */
export interface Checked {
  family: 4 | 6
  source: string
  destination: string
  input: string
  mark: number | undefined
  protocol: string
  sourcePort: number
  destinationPort: number
}

/** Why a source is rejected; `filter` is the value of rp_filter, where that rejects it. */
export interface WrongSource {
  message: string
  filter?: number
  /** The routing rule by which the route back goes elsewhere. */
  policy?: PolicyRule
}

const ends = new Set(['none', 'blackhole', 'unreachable', 'prohibit'])

/**
 * Why a stack rejects a packet's source on its input device; undefined where it accepts the source. `output` is the
 * device that the packet will leave by, 'lo' for the stack itself. Source: linux/net/ipv4/fib_frontend.c,
 * fib_validate_source.
 */
export function wrongSource(stack: Stack, packet: Checked, output: string): WrongSource | undefined {
  const { source, destination, input, family } = packet
  if (family === 6 || planted.has('rp-filter')) return undefined
  const who = stack.name === '' ? 'the host' : stack.name
  const filter = largerSetting(stack, input, 'rp_filter')
  const acceptsLocal = eitherSetting(stack, input, 'accept_local')
  const strict = `rp_filter is ${filter} for ${input}`
  const martian = { message: `its source ${source} is ${who}’s own address (martian source)` }
  const byFilter = (why: string): WrongSource => ({ message: `${why}, and ${strict}`, filter, ...policyOf(rule) })
  const fib = stack.fib[4]
  // The kernel checks more closely a packet that leaves by its input device, because it may have to send a redirect.
  if (filter === 0 && input !== output && (acceptsLocal || !fib.hasCustomRules))
    return acceptsLocal || deviceOf(stack, source) === undefined ? undefined : martian
  const [found] = fib.lookup({
    source: destination,
    destination: source,
    input: output,
    mark: eitherSetting(stack, input, 'src_valid_mark') ? packet.mark : 0,
    protocol: packet.protocol,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    received: true,
  })
  const { type, route, rule } = found!
  if (ends.has(type)) return filter > 0 ? byFilter(`${who} has no route back to ${source}`) : undefined
  if (type !== 'unicast' && type !== 'local')
    return { message: `its source ${source} is a ${type} address (martian source)` }
  if (type === 'local' && !acceptsLocal && input !== 'lo') return martian
  const devices = [route?.dev, ...(route?.nexthops ?? []).map(({ dev }) => dev)]
  if (filter === 0 || devices.includes(input) || input === 'lo') return undefined
  const elsewhere = `${who}’s route back to ${source} is by ${devices.filter(Boolean).join(', ')}`
  if (filter === 1) return byFilter(elsewhere)
  // A device without an address gets the strict check.
  const bare = !stack.links.get(input)?.ips.some((ip) => ip.family === 4)
  return bare ? byFilter(`${elsewhere}, ${input} has no address`) : undefined
}
