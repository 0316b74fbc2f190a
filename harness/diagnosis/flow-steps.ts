import { continueStep } from '../cause/halted.ts'
import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { Drop, Flow, Setting } from '../simulate/index.ts'
import { readIntent } from '../simulate/intent.ts'
import { nothingAnswers } from '../simulate/name-queries.ts'
import { serversOf } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'

/** Next steps for a drop: first those that depend on the flows, then the `usual` ones, which do not. */
export function stepsFor(flows: readonly Flow[], drop: Drop, facts: Facts, usual: () => string[]): string[] {
  const own = forFlows(flows, drop, facts)
  // The host's own settings do not show what is wrong inside a container.
  const isInside = drop.location === 'container' || drop.setting?.inside !== undefined
  return isInside && own.length > 0 ? own : [...own, ...usual()]
}

function forFlows(flows: readonly Flow[], drop: Drop, facts: Facts): string[] {
  if (drop.end === 'halted')
    return facts.halted.filter(({ pid }) => drop.setting?.name === `process ${pid}`).map(continueStep)
  if (drop.rule) return drop.location === 'input' ? allowedBy(ownerOfStep(drop.rule, facts).who, flows) : []
  const [bridge] = ofBridge(flows, drop, facts)
  if (bridge !== undefined) return [bridge]
  if (drop.setting?.inside !== undefined) return ofSetting(drop.setting.inside, drop.setting, facts)
  const inside = insideOf(flows, facts)
  if (drop.location === 'container' && (drop.end === 'no-route' || drop.end === 'no-link')) return inside
  if (drop.location === 'bridge' && drop.end === 'no-neighbour' && !drop.setting) return inside.slice(0, 1)
  if (drop.location === 'container' && drop.end === 'no-listener') return listeningIn(flows, drop, facts)
  const loose = drop.setting?.name.match(/^(\S+) master$/)?.[1]
  if (loose !== undefined) {
    const { bridge } = flows[0]!
    return facts.links.some(({ name }) => name === bridge)
      ? [`ip link set ${loose} master ${bridge}`]
      : [`systemctl restart docker.service   # ${bridge} does not exist: dockerd creates it again`]
  }
  if (drop.setting?.name.startsWith('ip rule') && drop.setting.value.includes(' lookup '))
    return aheadOf(Number(drop.setting.name.split(' ')[2]), flows, facts)
  if (
    flows.every(({ kind }) => kind === 'names') &&
    !drop.setting &&
    drop.way === 'out' &&
    ['uplink', 'routing', 'outside'].includes(drop.location)
  )
    return [...new Set(flows.flatMap((flow) => chosenBy(flow, facts)))]
  return []
}

/** The command that gives a bridge back what the drop shows it lacks: ARP, or the route to its own subnet. */
function ofBridge(
  flows: readonly Flow[],
  { end, setting, location }: Drop,
  { links, routes, docker }: Facts,
): string[] {
  const { bridge: name = '', network = '' } = flows[0] ?? {}
  const bridge = links.find((link) => link.name === name)
  if (!bridge?.up || location === 'container') return []
  if (bridge.noarp && end === 'no-neighbour') return [`ip link set ${name} arp on`]
  const subnet = docker.networks.find((each) => each.name === network)?.subnet
  const own = bridge.ips.find(
    ({ address, prefix, family }) => family === 4 && subnet?.endsWith(`/${prefix}`) && inPrefix(address, subnet),
  )
  const isRouted = routes.some(({ dst, dev, table }) => dst === subnet && dev === name && table === 'main')
  if (!own || isRouted || !(end === 'no-route' || setting?.name.startsWith('ip route'))) return []
  return [`ip route add ${subnet} dev ${name} proto kernel scope link src ${own.address}`]
}

/** Commands that let containers connect to programs of the host, where ufw does not. */
function allowedBy(owner: string, flows: readonly Flow[]): string[] {
  if (owner !== 'ufw' || !flows.every(({ kind }) => kind === 'host-service')) return []
  const bridges = [...new Set(flows.map(({ bridge }) => bridge))].slice(0, 3)
  return bridges.map((bridge) => `ufw allow in on ${bridge}   # if containers should connect to the host’s programs`)
}

/** Commands that show a container's own links and routes, and make dockerd create them again. */
function insideOf(flows: readonly Flow[], { containers }: Facts): string[] {
  const own = containers.find(({ container }) => container === flows[0]?.container)
  if (!own) return []
  return [`nsenter -t ${own.pid} -n ip address; nsenter -t ${own.pid} -n ip route`, `docker restart ${own.container}`]
}

/** Commands that show a setting inside a container. A new start of the container takes back what was set by hand. */
function ofSetting(container: string, { name }: Setting, { containers }: Facts): string[] {
  const own = containers.find((each) => each.container === container)
  if (!own) return []
  const again = `docker restart ${container}   # if somebody set it by hand`
  const within = `nsenter -t ${own.pid} -n`
  if (name.startsWith('net.'))
    return [`${within} sysctl ${name}`, `docker inspect -f '{{json .HostConfig.Sysctls}}' ${container}`, again]
  return [`${within} ${/^ip (neigh|route)/.exec(name)?.[0] ?? 'ip -d link'}`, again]
}

/** Commands that show which programs of a container listen, and where. */
function listeningIn(flows: readonly Flow[], { setting, address }: Drop, { containers }: Facts): string[] {
  const own = containers.find(({ container }) => container === flows[0]?.container)
  if (!own) return []
  // Docker's own resolver: each start of the container makes its way again.
  if (address === '127.0.0.11') return [`docker restart ${own.container}`]
  const shown = [`nsenter -t ${own.pid} -n ss -lntup`, `docker logs --tail 20 ${own.container}`]
  return setting ? [`make its program listen at 0.0.0.0 instead of ${setting.value}`, ...shown] : shown
}

/** Rules ahead of a routing rule for everybody, which exempt the containers' subnets. */
function aheadOf(priority: number, flows: readonly Flow[], { docker }: Facts): string[] {
  const subnets = docker.networks.filter(({ name, subnet }) => subnet && flows.some(({ network }) => network === name))
  return subnets
    .slice(0, 3)
    .map(({ subnet }) => `ip rule add to ${subnet} lookup main priority ${priority - 1}   # ahead of rule ${priority}`)
}

/** Where a container's name server was chosen, and how to choose another. */
function chosenBy({ address, container }: Flow, facts: Facts): string[] {
  // Another server would not answer either.
  if (nothingAnswers(facts)) return ['ip route get 1.1.1.1; ping -c 3 1.1.1.1   # from the host itself']
  const intent = readIntent(facts)
  const own = facts.containers.find((each) => each.container === container)
  const again = 'then restart the containers'
  if (intent.dns.includes(address))
    return [`${intent.settings.dns} names ${address}: set another there, restart docker, ${again}`]
  if (!facts.resolver.nameservers.includes(address))
    return own
      ? [`docker exec ${container} cat /etc/resolv.conf`, `docker inspect -f '{{.HostConfig.Dns}}' ${container}`]
      : []
  const inherited = own && serversOf(own, facts, intent).some(({ server }) => server === address)
  return inherited ? [`the host’s /etc/resolv.conf names ${address}: set another there, ${again}`] : []
}
