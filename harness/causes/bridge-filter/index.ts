import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { bridgeFilter } from './cause.ts'

const params = z.strictObject({
  what: z.enum(['packets', 'arp']).default('packets').describe('What the rule drops: IP packets between ports, or ARP'),
})
type Params = z.infer<typeof params>

const scripts: Record<Params['what'], string> = {
  packets: "nft 'table bridge strict { chain f { type filter hook forward priority 0; meta protocol ip drop; }; }'",
  // Neighbours that are known still answer until their entries age.
  arp: `nft 'table bridge own { chain f { type filter hook prerouting priority 0; ether type arp drop; }; }'
for id in $(docker ps -q); do
  pid=$(docker inspect -f '{{.State.Pid}}' $id)
  nsenter -t $pid -n ip neigh flush all
done
ip neigh flush all`,
}

const fault: Fault<Params> = {
  params,
  cause: bridgeFilter,
  async inject(host, { what }) {
    await runOrThrow(host, scripts[what], 'adding a rule of the bridge family')
  },
}
export default fault
