import { outside } from '../outside/outside.ts'
import type { Probe } from './probe.ts'

/**
 * From a guest behind a bridge of its own to the outside. A namespace stands in for a virtual machine. It runs only where a
 * scenario names it, on a host that has such a guest.
 */
export const guest: Probe = {
  name: 'guest',
  script: `[ -e /run/netns/guest ] || { echo 'the host has no guest'; exit 3; }
exec ip netns exec guest timeout "\${PATIENCE:-4}" busybox wget -q -O - http://${outside.address}/`,
  failCodes: [1, 124, 143],
  answer: /^outside$/m,
  deadlineMs: 20_000,
}
