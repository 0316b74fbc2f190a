import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { dockerUserBypassed } from './cause.ts'

const params = z.strictObject({})

/** On a host with the decoy `docker-user-blocks`. The rule does nothing until docker starts again. */
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: dockerUserBypassed,
  async inject(host) {
    await runOrThrow(
      host,
      'nft add rule ip filter DOCKER-USER ip saddr 198.51.100.7 ct state established,related accept',
      'adding a rule by nft',
    )
  },
  async trigger(host) {
    await runOrThrow(host, restartDocker, 'restarting docker')
  },
}
export default fault
