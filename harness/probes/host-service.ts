import { enter } from './containers.ts'
import type { Probe } from './probe.ts'
import { probeContainers } from './probe-containers.ts'

const port = 5432

/**
 * From a container to a program that listens at its gateway alone, as a database for containers does. Whether that works
 * depends on the host's firewall, so it runs only where a scenario names it. A host may have such a program already.
 */
export const hostService: Probe = {
  name: 'host-service',
  script: `gateway=$(ip -4 -o address show dev docker0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/')
timeout 15 socat "TCP4-LISTEN:${port},bind=$gateway,reuseaddr,fork" SYSTEM:'echo open' 2>/dev/null & listener=$!
trap 'kill $listener 2>/dev/null' EXIT
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(socat -u "TCP4:$gateway:${port}" - 2>/dev/null)" = open ] && break
  [ $attempt = 10 ] && exit 3
  sleep 0.3
done
(${enter(probeContainers.default.name, 'net')} timeout 6 socat -u "TCP4:$gateway:${port},connect-timeout=4" -)`,
  failCodes: [1, 124],
  answer: /^open$/m,
  deadlineMs: 20_000,
}
