import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { probeContainers, runContainer, serve } from '../../probes/probe-containers.ts'
import { staleDnat } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['saved', 'saved-and-taken', 'by-hand'])
    .default('saved')
    .describe(
      'saved: rules saved with Docker’s inside are restored when the container has another address; saved-and-taken: ' +
        'another container has the old one; by-hand: a rule of the admin’s names it',
    ),
})
type Params = z.infer<typeof params>

const { name, port } = probeContainers.default
const restored = `mkdir -p /etc/iptables
iptables-save >/etc/iptables/rules.v4
docker rm -f ${name}
${runContainer('probe-batch', '', serve('batch'))}
${runContainer(name, `-p ${port}:80`)}
iptables-restore /etc/iptables/rules.v4`

const scripts: Record<Params['how'], string> = {
  saved: `${restored}
docker rm -f probe-batch`,
  'saved-and-taken': restored,
  'by-hand': `iptables -t nat -I PREROUTING -d 192.0.2.2/32 -p tcp -m tcp --dport ${port} -j DNAT --to-destination 172.17.0.77:80`,
}

const fault: Fault<Params> = {
  params,
  cause: staleDnat,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'restoring old rules')
  },
}
export default fault
