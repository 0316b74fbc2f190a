import { outside } from '../outside/outside.ts'
import { probeImage } from './containers.ts'
import type { Probe } from './probe.ts'

/** Runs a script for as long as a dockerd that works may need; an emulated host exports a larger PATIENCE. */
const answeredIn = (times: number): string => `timeout $((\${PATIENCE:-4} * ${times})) sh -c`

/** What an operator does next: create a network, publish a port. Many faults show only here. */
export const operations: readonly Probe[] = [
  {
    // A new network may be dead although Docker created it without an error. The probe takes seconds, so it runs only in
    // scenarios that name it.
    name: 'new-network-egress',
    changes: true,
    script: `docker network create probe-fresh >/dev/null || exit 1
docker run --rm --init --network probe-fresh ${probeImage} timeout 4 wget -q -O - http://${outside.address}/; code=$?
docker network rm probe-fresh >/dev/null 2>&1
exit $code`,
    failCodes: [1, 125, 143],
    answer: /^outside$/m,
    deadlineMs: 45_000,
  },
  {
    name: 'new-network',
    healthy: 'pass',
    changes: true,
    // A dockerd that hangs carries it out as soon as it goes on.
    script: `${answeredIn(4)} 'docker network rm probe-new >/dev/null 2>&1; docker network create probe-new >/dev/null'; code=$?
[ $code = 124 ] || docker network rm probe-new >/dev/null 2>&1
exit $code`,
    failCodes: [1, 124],
    deadlineMs: 20_000,
  },
  {
    name: 'new-publish',
    healthy: 'pass',
    changes: true,
    // docker run exits 125 when the daemon refuses. Source: docker run reference, "Exit status".
    script: `${answeredIn(6)} 'docker rm -f probe-publish >/dev/null 2>&1
docker run -d --init --name probe-publish -p 8098:80 ${probeImage} sleep 60 >/dev/null'; code=$?
[ $code = 124 ] || docker rm -f probe-publish >/dev/null 2>&1
exit $code`,
    failCodes: [1, 124, 125],
    deadlineMs: 30_000,
  },
]
