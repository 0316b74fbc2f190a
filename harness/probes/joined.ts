import { outside } from '../outside/outside.ts'
import { inContainer } from './container.ts'
import type { Probe } from './probe.ts'
import { joinedContainer, probeContainers, runContainer } from './probe-containers.ts'

/** Starts that container; POSIX sh. */
export const startJoinedContainer = runContainer(
  joinedContainer.name,
  `--network container:${probeContainers.user.name}`,
  'sleep 2147483647',
)

const { healthy: _, ...fromInside } = inContainer(joinedContainer.name, {
  name: 'joined',
  command: `wget -q -O - http://${outside.address}/`,
  answer: /^outside$/m,
})

/**
 * From a container in the network namespace of another to the outside. It runs only where a scenario names it, on a host
 * with the decoy `joined-container`.
 */
export const joined: Probe = fromInside
