import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { bridgeAddressLost } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['removed', 'netmask', 'flushed'])
    .default('removed')
    .describe(
      'removed: docker0 has no IPv4 address; netmask: docker0 has its address with the netmask of a single host; ' +
        'flushed: a network of the user has no address at all',
    ),
})
type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  removed: 'ip address del 172.17.0.1/16 dev docker0',
  netmask: `ip address del 172.17.0.1/16 dev docker0
ip address add 172.17.0.1/32 dev docker0`,
  flushed: 'ip address flush dev br-probe-a',
}

const fault: Fault<Params> = {
  params,
  cause: bridgeAddressLost,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'taking a bridge’s address')
  },
}
export default fault
