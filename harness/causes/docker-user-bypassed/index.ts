import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../../injection/fault.ts'
import { backendEnvironment } from '../../injection/nftables-backend.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { dockerUserBypassed } from './cause.ts'

const params = z.strictObject({
  by: z
    .enum(['native-rule', 'environment'])
    .default('native-rule')
    .describe(
      'native-rule: nft adds a rule to DOCKER-USER, and iptables then refuses the table; ' +
        'environment: dockerd starts with DOCKER_FIREWALL_BACKEND=nftables (Docker 28)',
    ),
})
type Params = z.infer<typeof params>

const scripts: Record<Params['by'], string> = {
  'native-rule': 'nft add rule ip filter DOCKER-USER ip saddr 198.51.100.7 ct state established,related accept',
  environment: backendEnvironment,
}

/** On a host with the decoy `docker-user-blocks`. Nothing happens until docker starts again. */
const fault: Fault<Params> = {
  params,
  cause: dockerUserBypassed,
  async inject(host, { by }) {
    await runOrThrow(host, scripts[by], 'the setting up for the next start of docker')
  },
  async trigger(host) {
    await runOrThrow(host, restartDocker, 'restarting docker')
  },
}
export default fault
