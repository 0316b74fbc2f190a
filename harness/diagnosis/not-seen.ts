import type { Facts } from '../evidence/facts.ts'

// What these say is quoted, and decides nothing.
const informative = new Set([
  'rules-text',
  'docker-journal',
  'saved-rules',
  'boot-files',
  'kernel-log',
  'drop-counters',
  'fdb',
  'conntrack-stats',
  'connections',
])

/** What the evidence does not hold, and so was not judged. A tool that is not there has nothing to show. */
export function notSeen({ sections, collector, docker, containers }: Facts): string[] {
  const missing = Object.entries(sections).filter(
    ([name, { status }]) => status !== 'ok' && status !== 'absent' && !informative.has(name),
  )
  const unread = containers.filter(({ read }) => !read).map(({ container }) => container)
  const others = docker.allNetworks.filter(({ driver }) => !['bridge', 'host', 'null', 'none'].includes(driver))
  return [
    ...(collector.root ? [] : ['the collector did not run as root: rules and other processes were not all seen']),
    ...(collector.whole ? [] : ['the bundle was cut short']),
    ...missing.map(
      ([name, { status, why }]) =>
        `${name} ${status === 'timed-out' ? 'did not answer in time' : 'could not be read'}: ${why}`,
    ),
    ...(unread.length > 0
      ? [
          `inside ${unread.slice(0, 4).join(', ')}${unread.length > 4 ? ` and ${unread.length - 4} more` : ''} nothing could be seen`,
        ]
      : []),
    ...others
      .filter(({ name }) =>
        docker.containers.some(({ addresses, mode }) => mode === name || addresses[name] !== undefined),
      )
      .map(({ name, driver }) => {
        const [user] = docker.containers.filter(({ addresses, mode }) => mode === name || addresses[name] !== undefined)
        return `the network ${name} has the driver ${driver}, whose packets are not simulated: ask from inside, such as docker exec ${user?.name} ping -c 1 its gateway`
      }),
  ]
}
