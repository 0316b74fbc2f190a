import type { Facts } from '../evidence/facts.ts'
import type { Doubt } from './rules/index.ts'

/**
 * systemd's filters of the control groups that containers are in: their programs see each packet of a container's sockets.
 * Source: systemd.resource-control(5), IPAddressDeny=; docs.docker.com, dockerd, "--cgroup-parent".
 */
export function cgroupDoubts({ cgroupFilters, docker }: Facts): Doubt[] {
  const parents = ['-.slice', 'system.slice', String(docker.config['cgroup-parent'] ?? '')]
  return cgroupFilters
    .filter(({ unit, key }) => key !== 'IPAddressAllow' && (parents.includes(unit) || /^docker-.*\.scope$/.test(unit)))
    .map(({ unit, key, value }) => ({
      message: `${unit} has ${key}=${value}: what that does to packets of containers is not simulated.`,
      kind: 'other',
      key: `${unit} ${key}`,
      holds: true,
      settle: `systemctl show -p ${key} ${unit}`,
    }))
}
