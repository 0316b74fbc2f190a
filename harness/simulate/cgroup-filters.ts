import type { CgroupFilter, ContainerFact, Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import { capital } from '../lib/text.ts'
import { doubted } from './doubted.ts'
import type { Drop, Walk } from './flow.ts'
import { isEndOf } from './members.ts'
import { embedded } from './names.ts'
import type { Doubt } from './rules/index.ts'

/**
 * systemd's filters of the control groups that containers are in: their programs see each packet of a container's sockets.
 * Source: systemd.resource-control(5), IPAddressDeny=; docs.docker.com, dockerd, "--cgroup-parent".
 */
export function cgroupDoubts(facts: Facts): Doubt[] {
  const { cgroupFilters, docker } = facts
  const parents = ['', '-.slice', 'system.slice', String(docker.config['cgroup-parent'] ?? '')]
  return cgroupFilters
    .filter(({ unit, key }) => key !== allow && (parents.includes(unit) || /^docker-.*\.scope$/.test(unit)))
    .filter(({ unit }) => !docker.containers.some((each) => isOf(unit, each)))
    .map((filter) => ({
      message: `${capital(inUnit(filter))}: what that does to packets of containers is not simulated.`,
      ...common(filter),
      holds: true,
    }))
}

const allow = 'IPAddressAllow'

/** Whether a unit is the control group of one container: systemd has its id in the name. */
const isOf = (unit: string, { id }: ContainerFact): boolean => id !== '' && unit === `docker-${id}.scope`

/** A walk from or to a container whose own control group has a filter: it may drop what would pass. */
export function filteredContainer(walk: Walk, { cgroupFilters, docker }: Facts): Walk {
  const { flow, end } = walk
  if (cgroupFilters.length === 0 || end !== 'passes') return walk
  const ends = docker.containers.filter((each) => isEndOf(each, flow))
  const found = ends.flatMap((container) =>
    cgroupFilters.flatMap((filter) =>
      filter.key !== allow && isOf(filter.unit, container) ? { container, filter } : [],
    ),
  )
  const [first] = found
  if (!first) return walk
  const { container, filter } = first
  const what = `systemd’s filter of the container ${container.name} (${filter.key}=${filter.value})`
  const doubt = { message: `What ${what} does to its packets is not simulated.`, ...common(filter), holds: true }
  const drop: Drop = { way: 'out', location: 'container', end: 'dropped', message: `${what} may drop it` }
  return doubted(walk, doubt, drop)
}

const inUnit = ({ unit, key, value }: CgroupFilter): string =>
  `${unit === '' ? 'a unit of systemd' : `the unit ${unit}`} has ${key}=${value}`
const inWords = ({ unit, key, value }: CgroupFilter): string =>
  `${unit === '' ? 'a unit of systemd' : unit} has ${key}=${value}`
const common = ({ unit, key }: CgroupFilter) =>
  ({
    kind: 'other',
    key: `${unit} ${key}`,
    settle: `systemctl show -p ${key} ${unit === '' ? "'*.slice' '*.scope'" : unit}`,
  }) as const

/**
 * What may keep programs of docker.service, dockerd and Docker's proxies, from talking to a machine by a device; undefined
 * where nothing does. `device` is '' inside a container: systemd's lists are of the host's devices.
 */
export function daemonFilter(
  { cgroupFilters }: Facts,
  { remote, device }: { remote: string; device: string },
): Omit<Doubt, 'holds'> | undefined {
  const own = cgroupFilters.filter(({ unit }) => unit === 'docker.service')
  const words = (key: string): string[] =>
    own.flatMap((each) => (each.key === key ? each.value.replace(/^~/, '').split(' ') : []))
  const holds = (key: string): boolean => words(key).some((prefix) => inPrefix(remote, prefix))
  const stops = ({ key, value }: CgroupFilter): boolean => {
    if (key === 'IPAddressDeny') return holds(key) && !holds(allow)
    if (key === 'RestrictNetworkInterfaces') return words(key).includes(device) === value.startsWith('~')
    return key !== allow
  }
  const filter = own.find(stops)
  if (!filter) return undefined
  const message = `${inWords(filter)}: whether the kernel has that filter, and what it does to packets of dockerd and its proxies, is not known.`
  return { message, ...common(filter) }
}

/** The walk of a name query that dockerd sends for a container, if a filter of docker.service may drop it. */
export function filteredQuery(walk: Walk, facts: Facts): Walk {
  if (facts.cgroupFilters.length === 0 || walk.flow.kind !== 'names' || walk.end !== 'passes') return walk
  const { flow } = walk
  const own = facts.containers.find(({ container }) => container === flow.container)
  if (!own?.resolver.nameservers.includes(embedded)) return walk
  const doubt = daemonFilter(facts, { remote: flow.address, device: '' })
  if (!doubt) return walk
  const message = 'the filter of docker.service may drop queries of Docker’s resolver'
  const drop: Drop = { way: 'out', location: 'outside', end: 'dropped', message }
  return doubted(walk, { ...doubt, holds: true }, drop)
}
