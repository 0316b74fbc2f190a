import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { portTaken } from './cause.ts'

const params = z.strictObject({
  holds: z
    .enum(['still', 'no-longer'])
    .default('still')
    .describe('Whether the other program still has the port, or ended after dockerd had tried.'),
})
type Params = z.infer<typeof params>

const program = 'busybox httpd -f -p 8080 -h /srv/dockfault'

const fault: Fault<Params> = {
  params,
  cause: portTaken,
  async inject(host, { holds }) {
    await runOrThrow(
      host,
      // The program starts while docker is down, as at boot, where the two race.
      `systemctl stop docker.service docker.socket
systemd-run -q --unit=intranet ${program}
for attempt in $(seq 50); do ss -Hlnt sport = :8080 | grep -q . && break; sleep 0.1; done
systemctl start docker.service
${holds === 'still' ? '' : 'systemctl stop intranet.service'}`,
      'taking the port',
    )
  },
}
export default fault
