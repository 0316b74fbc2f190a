import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { isolationRulesMissing } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['reload', 'by-hand'])
    .default('reload')
    .describe('reload: firewalld reloads; by-hand: somebody flushes the chain to connect two networks.'),
})
type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  reload: 'firewall-cmd -q --reload',
  'by-hand': 'iptables -F DOCKER-ISOLATION-STAGE-1',
}

/** `reload` is for hosts with firewalld. */
const fault: Fault<Params> = {
  params,
  cause: isolationRulesMissing,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'removing the isolation rules')
  },
}
export default fault
