import { outside } from '../outside/outside.ts'
import { probeContainers } from '../probes/containers.ts'
import { trace } from '../trace/index.ts'
import type { Follower } from './observe.ts'

const from = (location: Follower['from'], probe: string): Follower => ({
  from: location,
  probe,
  follow: (host, facts) =>
    trace(
      host,
      { container: probeContainers[location].name, address: outside.address, port: 80, protocol: 'tcp' },
      facts,
    ),
})

/** The packets that are traced on each host: the same as the probes egress-tcp and user-tcp send. */
export const followers: readonly Follower[] = [from('default', 'egress-tcp'), from('user', 'user-tcp')]
