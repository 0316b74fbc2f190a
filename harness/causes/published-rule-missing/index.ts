import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { probeContainers, runContainer } from '../../probes/probe-containers.ts'
import { publishedRuleMissing } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['restored', 'chain-flushed'])
    .default('restored')
    .describe(
      'restored: rules that were saved before the container started are restored; chain-flushed: somebody empties the ' +
        'chain DOCKER of the nat table',
    ),
})
type Params = z.infer<typeof params>

const { name, port } = probeContainers.default
const scripts: Record<Params['how'], string> = {
  restored: `docker rm -f ${name}
mkdir -p /etc/iptables
iptables-save >/etc/iptables/rules.v4
${runContainer(name, `-p ${port}:80`)}
iptables-restore /etc/iptables/rules.v4`,
  'chain-flushed': 'iptables -t nat -F DOCKER',
}

const fault: Fault<Params> = {
  params,
  cause: publishedRuleMissing,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'taking the rule away')
  },
}
export default fault
