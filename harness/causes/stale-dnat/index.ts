import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { probeContainers, probeImage } from '../../probes/probe-containers.ts'
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
const serve = (page: string): string =>
  `sh -c 'mkdir -p /www && echo ${page} >/www/index.html && exec httpd -f -p 80 -h /www'`
const run = (container: string, options: string, page: string): string =>
  `docker run -d --init --restart always --name ${container} ${options} ${probeImage} ${serve(page)}`

const restored = `mkdir -p /etc/iptables
iptables-save >/etc/iptables/rules.v4
docker rm -f ${name}
${run('probe-batch', '', 'batch')}
${run(name, `-p ${port}:80`, 'container')}
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
