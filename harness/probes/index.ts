import { egress } from './egress.ts'
import { fleet } from './fleet.ts'
import { hostPort } from './host-port.ts'
import { neighbours } from './neighbours.ts'
import { operations } from './operations.ts'
import type { Probe } from './probe.ts'
import { published } from './published.ts'

/** Every probe, in the order of reports. */
export const probes: readonly Probe[] = [
  ...egress(fleet.default.name, 'egress'),
  ...egress(fleet.user.name, 'user'),
  ...published(fleet.default.port, 'published'),
  ...published(fleet.user.port, 'user-published'),
  ...neighbours,
  hostPort,
  ...operations,
]
