import { outside } from '../outside/outside.ts'
import type { Probe } from './probe.ts'

const port = 9999

/**
 * A connection from outside to a port of the host that nobody opened. Whether it should succeed depends on the host: a
 * host firewall blocks it, and a fix that turns the firewall off opens more than it mends.
 */
export const hostPort: Probe = {
  name: 'host-port',
  // The host connects to socat first: if nothing listens, the result proves nothing about a firewall.
  script: `timeout 15 socat TCP4-LISTEN:${port},reuseaddr,fork SYSTEM:'echo open' & listener=$!
trap 'kill $listener 2>/dev/null' EXIT
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(socat -u TCP4:127.0.0.1:${port} - 2>/dev/null)" = open ] && break
  [ $attempt = 10 ] && exit 3
  sleep 0.3
done
ip netns exec outside timeout 6 socat -u TCP4:${outside.hostAddress}:${port},connect-timeout=4 -`,
  failCodes: [1, 124],
  answer: /^open$/m,
  deadlineMs: 20_000,
}
