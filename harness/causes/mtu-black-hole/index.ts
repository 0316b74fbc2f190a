import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { mtuBlackHole } from './cause.ts'

const params = z.strictObject({
  mtu: z.number().int().default(1400).describe('What the uplink and the path behind it take.'),
})
type Params = z.infer<typeof params>

// A router of the path drops what is larger and sends no error. Segments leave the server one by one, as on a wire.
const script = (mtu: number): string => `ip link set wan0 mtu ${mtu}
ip -n outside link set peer0 gso_max_segs 1
ip netns exec outside nft 'table inet path {
  chain out { type filter hook postrouting priority 0; oifname "peer0" meta length > ${mtu} drop; }
  chain in { type filter hook prerouting priority 0; iifname "peer0" meta length > ${mtu} drop; }
}'`

const fault: Fault<Params> = {
  params,
  cause: mtuBlackHole,
  async inject(host, { mtu }) {
    await runOrThrow(host, script(mtu), 'narrowing the path')
  },
}
export default fault
