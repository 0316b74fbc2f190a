import type { Facts } from '../evidence/facts.ts'
import { compareVersions } from '../lib/text.ts'
import { closedAddress } from '../simulate/own-address.ts'
import { list } from './words.ts'

/**
 * What Docker has dropped since 28, because it was for a container's own address and did not come by its network's
 * bridge. Nobody can see on a host whether that was an attack, another network or a route that used to work: it is
 * reported and is no symptom. At most one sentence. Source: Docker's release notes, 28.0 and 28.2.
 */
export function droppedDirect({ docker, xtables, xtCounters }: Facts): string[] {
  const dropped = (['nft', 'legacy'] as const).flatMap((backend) =>
    xtables[backend].rules.flatMap(({ table, text }) => {
      const packets = xtCounters.get(`${backend} raw ${text}`) ?? 0
      const closed = closedAddress({ table: `ip ${table}`, rule: text })
      if (!closed || packets === 0) return []
      const container = docker.containers.find(({ addresses }) => Object.values(addresses).includes(closed.address))
      const isBridges = docker.networks.some(({ bridge }) => bridge === closed.bridge)
      return container && isBridges ? [{ text, packets, who: `${closed.address} (${container.name})` }] : []
    }),
  )
  const [first] = dropped.sort((a, b) => b.packets - a.packets)
  if (!first) return []
  const packets = dropped.reduce((sum, each) => sum + each.packets, 0)
  const daemonwide =
    compareVersions(docker.server, '28.2') >= 0
      ? ', or for all networks set "allow-direct-routing": true in daemon.json, which opens published ports only'
      : ''
  return [
    `${packets} ${packets === 1 ? 'packet' : 'packets'} from other networks or machines to ${list(dropped.map(({ who }) => who))}: Docker 28 and later drop them in raw PREROUTING (“${first.text}”), before any rule of DOCKER-USER or FORWARD. If a route to containers has to work, publish the ports, or create the network with -o com.docker.network.bridge.gateway_mode_ipv4=nat-unprotected (or routed)${daemonwide}.`,
  ]
}
