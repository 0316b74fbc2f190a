import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { backendSplit } from './cause.ts'

const params = z.strictObject({
  to: z.enum(['legacy', 'nft']).default('legacy').describe('The backend that iptables is switched to.'),
})
type Params = z.infer<typeof params>

/** Latent: the old rules know every network that there is. The next one has only rules in the new backend. */
const fault: Fault<Params> = {
  params,
  cause: backendSplit,
  async inject(host, { to }) {
    const script = `update-alternatives --set iptables /usr/sbin/iptables-${to}
${restartDocker}`
    await runOrThrow(host, script, 'the switch of iptables', 90_000)
  },
  async trigger(host) {
    await runOrThrow(host, 'docker network create --subnet 172.30.9.0/24 fresh', 'a new network')
  },
}
export default fault
