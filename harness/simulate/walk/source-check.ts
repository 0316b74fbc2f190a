import type { Net } from '../net.ts'
import { planted } from '../planted.ts'
import { isLocal, largerSetting, setting } from '../stack.ts'
import type { State } from './state.ts'

/**
 * Why the kernel takes a packet's source for wrong on the device it came by; undefined where it does not. `output` is where
 * the packet is to leave, 'lo' for the host itself. Source: linux/net/ipv4/fib_frontend.c, fib_validate_source.
 */
export function wrongSource({ host }: Net, { packet }: State, output: string): string | undefined {
  const { source, destination, input, family } = packet
  if (family === 6 || planted.has('rp-filter')) return undefined
  const filter = largerSetting(host, input, 'rp_filter')
  const acceptsLocal = setting(host, input, 'accept_local') > 0
  const asks = `rp_filter is ${filter} for ${input}`
  if (filter === 0 && !host.fib[4].hasCustomRules) {
    if (acceptsLocal || !isLocal(host, source)) return undefined
    return `its source ${source} is the host’s own address (martian source)`
  }
  const [found] = host.fib[4].lookup({
    source: destination,
    destination: source,
    input: output,
    mark: setting(host, input, 'src_valid_mark') > 0 ? packet.mark : 0,
    protocol: packet.protocol,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
  })
  const { type, route } = found!
  if (type === 'local' && !acceptsLocal && input !== 'lo')
    return `its source ${source} is the host’s own address (martian source)`
  if (type !== 'unicast' && type !== 'local')
    return filter > 0 ? `the host has no route back to ${source}, and ${asks}` : undefined
  const devices = [route?.dev, ...(route?.nexthops ?? []).map(({ dev }) => dev)]
  if (type === 'local' || devices.includes(input) || filter !== 1) return undefined
  return `the host’s route back to ${source} is by ${devices.filter(Boolean).join(', ')}, and ${asks}`
}
