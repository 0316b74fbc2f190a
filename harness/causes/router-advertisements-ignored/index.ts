import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { routerAdvertisementsIgnored } from './cause.ts'

const params = z.strictObject({})

/** On a host that has IPv6 by advertisements: the decoy `ipv6-by-advertisements`. */
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: routerAdvertisementsIgnored,
  // As at a boot without the setting: the route is there until dockerd turns forwarding on. Then the kernel removes it,
  // or lets it expire after half an hour: measured both. Here it goes at once.
  async inject(host) {
    const script = `set -e
sysctl -qw net.ipv6.conf.all.forwarding=0
sysctl -qw net.ipv6.conf.wan0.accept_ra=1
sysctl -qw net.ipv6.conf.all.forwarding=1
ip -6 route del default dev wan0 2>/dev/null || :`
    await runOrThrow(host, script, 'ignoring router advertisements')
  },
}
export default fault
