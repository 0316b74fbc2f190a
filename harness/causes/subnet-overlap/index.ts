import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import { setInFile } from '../../injection/daemon-setting.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { probeImage } from '../../probes/probe-containers.ts'
import { subnetOverlap } from './cause.ts'

const params = z.strictObject({
  network: z
    .enum(['unused', 'used', 'default-bridge'])
    .default('used')
    .describe('The Docker network that overlaps: a user network, without a container or with one, or docker0.'),
  route: z
    .enum(['same', 'wider'])
    .default('same')
    .describe('The route to the other network: to the same addresses, or to more.'),
})
type Params = z.infer<typeof params>

const subnet = '203.0.113.0/24'
const routes: Record<Params['route'], string> = { same: subnet, wider: '203.0.112.0/20' }

const fault: Fault<Params> = {
  params,
  cause: subnetOverlap,
  async inject(host, { network, route }) {
    if (network === 'default-bridge') {
      await setInFile(host, 'bip', '203.0.113.1/24')
      await runOrThrow(host, restartDocker, 'moving docker0')
    } else {
      const container = `docker run -d --init --restart always --name shop --network shop ${probeImage} sleep 2147483647`
      const script = `docker network create --subnet ${subnet} shop${network === 'used' ? `\n${container}` : ''}`
      await runOrThrow(host, script, 'creating a network')
    }
    // The other network comes later, as a VPN does.
    await runOrThrow(host, `ip route add ${routes[route]} via 192.0.2.1 dev wan0 metric 50`, 'adding a route')
  },
}
export default fault
