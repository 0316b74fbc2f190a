import { probeContainers } from './containers.ts'
import { directAccess } from './direct.ts'
import { egress } from './egress.ts'
import { guest } from './guest.ts'
import { hostPort } from './host-port.ts'
import { hostService } from './host-service.ts'
import { ipv6 } from './ipv6.ts'
import { joined } from './joined.ts'
import { neighbours } from './neighbours.ts'
import { operations } from './operations.ts'
import type { Probe } from './probe.ts'
import { published } from './published.ts'
import { udpClient } from './udp-client.ts'

/** Every probe, in the order of reports. */
export const probes: readonly Probe[] = [
  ...egress(probeContainers.default.name, 'egress'),
  ...egress(probeContainers.user.name, 'user'),
  ...published(probeContainers.default.port, 'published'),
  ...published(probeContainers.user.port, 'user-published'),
  ...neighbours,
  ...directAccess,
  hostPort,
  hostService,
  guest,
  udpClient,
  joined,
  ...ipv6,
  ...operations,
]
