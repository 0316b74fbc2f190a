import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { joinedContainer, probeContainers } from '../../probes/probe-containers.ts'
import { sharedNetworkLost } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['restarted', 'crashed', 'stopped', 'too-early'])
    .default('restarted')
    .describe(
      'restarted: the container whose network is shared is; crashed: its program ends, and its restart policy starts it ' +
        'again; stopped: it stays down; too-early: the other one is to start while it is down',
    ),
})
type Params = z.infer<typeof params>

const { name } = probeContainers.user
const scripts: Record<Params['how'], string> = {
  restarted: `docker restart -t 2 ${name}`,
  crashed: `old=$(docker inspect -f '{{.State.Pid}}' ${name})
kill -9 "$old"
for attempt in $(seq 60); do
  new=$(docker inspect -f '{{.State.Pid}}' ${name})
  [ "$new" = "$old" ] || [ "$new" = 0 ] || exit 0
  sleep 0.5
done
exit 1`,
  stopped: `docker stop -t 2 ${name}`,
  'too-early': `docker stop -t 2 ${name}
! docker restart -t 2 ${joinedContainer.name}
docker start ${name}`,
}

/** On a host with the decoy `joined-container`. */
const fault: Fault<Params> = {
  params,
  cause: sharedNetworkLost,
  async inject(host, { how }) {
    await runOrThrow(host, `set -e\n${scripts[how]}`, `starting ${name} again`)
  },
}
export default fault
