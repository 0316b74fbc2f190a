import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { addressPoolExhausted } from './cause.ts'

const params = z.strictObject({
  by: z
    .enum(['networks', 'private-routes', 'half-routes'])
    .default('networks')
    .describe(
      'networks: as many networks as the pools hold; private-routes: a VPN that routes 172.16.0.0/12 and ' +
        '192.168.0.0/16; half-routes: a VPN that routes 0.0.0.0/1 and 128.0.0.0/1',
    ),
})
type Params = z.infer<typeof params>

// Its other end answers for every address, as a VPN's server routes to every address.
const tunnel = `ip link add tun0 type veth peer name tunp netns outside
ip address add 10.8.8.5/24 dev tun0
ip link set tun0 up
ip -n outside address add 10.8.8.1/24 dev tunp
ip -n outside link set tunp up`

const scripts: Record<Params['by'], string> = {
  networks: `count=0
while docker network create shop-$count >/dev/null 2>/run/shop.err; do
  count=$((count + 1))
  [ $count -lt 60 ] || exit 1
done
grep -qE 'non-overlapping|fully subnetted' /run/shop.err || { cat /run/shop.err >&2; exit 1; }`,
  'private-routes': `${tunnel}
ip route add 172.16.0.0/12 dev tun0
ip route add 192.168.0.0/16 dev tun0`,
  'half-routes': `${tunnel}
ip route add 0.0.0.0/1 dev tun0
ip route add 128.0.0.0/1 dev tun0`,
}

const fault: Fault<Params> = {
  params,
  cause: addressPoolExhausted,
  async inject(host, { by }) {
    await runOrThrow(host, scripts[by], 'filling the address pools', 300_000)
  },
}
export default fault
