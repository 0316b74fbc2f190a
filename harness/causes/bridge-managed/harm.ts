import { droppedFlows } from '../../cause/drops.ts'
import { isOn, type NetworkFile, networkFileOf, valuesOf } from '../../cause/network-file.ts'
import type { Facts, LinkFact, RouteFact } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { gatewayOf } from '../../simulate/intent.ts'

/** What systemd-networkd did to one of Docker’s devices. */
export interface Harm {
  file: NetworkFile
  /** What networkd did, for people. */
  what: string
  line: string
  isProven: boolean
}

/** Docker’s bridges and the host’s ends of containers’ links, each with the file by which networkd manages it. */
export const managed = oncePer((facts: Facts) => {
  const { docker, containers, links } = facts
  const inside = new Set(containers.flatMap((own) => own.links.flatMap(({ peerIndex }) => peerIndex ?? [])))
  const withFile = links.flatMap((link) => {
    const file = networkFileOf(link, facts)
    return file ? [{ link, file }] : []
  })
  return {
    bridges: withFile.flatMap((each) => {
      const network = docker.networks.find(({ bridge }) => bridge === each.link.name)
      return network ? [{ ...each, network }] : []
    }),
    ports: withFile.filter(({ link }) => link.kind === 'veth' && inside.has(link.index)),
  }
})

/** Whether a file makes networkd take a link out of its bridge. */
export const takesOut = (file: NetworkFile): boolean =>
  !isOn(file, 'Network', 'KeepMaster') && valuesOf(file, 'Network', 'Bridge').length === 0

/** What networkd did that stops flows. */
export const harmsOf = oncePer((facts: Facts): Harm[] =>
  droppedFlows(facts, (drop, flow) => harmOf(drop, flow, facts) !== undefined).flatMap(
    ({ drop, flow }) => harmOf(drop, flow, facts) ?? [],
  ),
)

/** What networkd did to a device that ends a flow. */
export function harmOf(
  { end, location, setting, neighbour, address }: Drop,
  { bridge, container }: Flow,
  facts: Facts,
): Harm | undefined {
  const { bridges, ports } = managed(facts)
  const own = facts.containers.find((each) => each.container === container)?.links ?? []
  // A bridge without ports has no carrier.
  const port = ports.find(
    ({ link, file }) =>
      takesOut(file) &&
      link.master === undefined &&
      (setting?.name === `${link.name} master` ||
        (setting?.name === bridge && own.some(({ peerIndex }) => peerIndex === link.index))),
  )
  if (end === 'no-link' && port)
    return {
      file: port.file,
      what: 'took links of containers out of their bridges',
      line: `${port.link.name} has no master`,
      isProven: true,
    }
  const leads = ({ name }: LinkFact): boolean =>
    end === 'wrong-bridge'
      ? setting?.name === 'ip route default' && setting.value === `dev ${name}`
      : location === 'bridge' && end === 'no-neighbour' && name === defaultBridge(neighbour?.address, facts)
  const routed = bridges.find(({ link, file }) => leads(link) && isRouteOf(link.name, file, facts))
  if (routed)
    return {
      file: routed.file,
      what: `gave ${routed.link.name} a default route`,
      line: `default dev ${routed.link.name}`,
      isProven: true,
    }
  const home = bridges.find(({ link }) => link.name === bridge)
  if (
    !home ||
    home.link.addresses.includes(gatewayOf(home.network)) ||
    givesAddress(home.file, gatewayOf(home.network))
  )
    return undefined
  const isLost =
    (end === 'no-neighbour' && neighbour?.address === gatewayOf(home.network)) ||
    (end === 'no-route' && address !== undefined && inPrefix(address, home.network.subnet))
  return isLost
    ? {
        file: home.file,
        what: `removed the address of ${bridge}`,
        line: `${bridge} has no address ${gatewayOf(home.network)}`,
        isProven: false,
      }
    : undefined
}

const givesAddress = (file: NetworkFile, address: string): boolean =>
  [...valuesOf(file, 'Network', 'Address'), ...valuesOf(file, 'Address', 'Address')].some((each) =>
    each.startsWith(`${address}/`),
  )

/** Whether a file makes networkd add a bridge’s default route. */
const isRouteOf = (bridge: string, file: NetworkFile, facts: Facts): boolean =>
  defaultRoutes(bridge, facts).some(({ gateway, protocol }) =>
    protocol === 'dhcp'
      ? valuesOf(file, 'Network', 'DHCP').some((value) => !/^(no|false|0|off|ipv6)$/i.test(value))
      : [...valuesOf(file, 'Network', 'Gateway'), ...valuesOf(file, 'Route', 'Gateway')].includes(gateway ?? ''),
  )

/** The managed bridge by which a default route leads to a gateway, which is on no bridge. The kernel takes the first one. */
const defaultBridge = (gateway: string | undefined, facts: Facts): string | undefined =>
  facts.routes.find(
    (route) =>
      route.dst === 'default' &&
      route.gateway === gateway &&
      managed(facts).bridges.some(({ link }) => link.name === route.dev),
  )?.dev

export const defaultRoutes = (bridge: string, { routes }: Facts): RouteFact[] =>
  routes.filter(({ dst, dev }) => dst === 'default' && dev === bridge)
