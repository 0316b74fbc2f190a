import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { freeRange } from '../../cause/free-range.ts'
import { hiddenMachines } from '../../cause/hidden-machines.ts'
import { containersOn, createAgain } from '../../cause/networks.ts'
import { daemonSetting, restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts, NetworkFact, RouteFact } from '../../evidence/facts.ts'
import { addressIn, inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { readIntent } from '../../simulate/intent.ts'

/** A Docker network has the addresses of another network, and hides it from the host and its containers. */
export const subnetOverlap = defineCause({
  id: 'subnet-overlap',
  title: 'A Docker network hides another network with the same addresses',
  needs: ['docker-networks', 'routes', 'resolver', 'neighbours', 'container-namespaces'],
  byFlows: true,
  detect(facts) {
    const found = hidden(facts)
    if (found.length === 0)
      return absent('no Docker network hides a machine that is known here, or a server that containers need')
    const [{ network, route }] = found as [Overlap, ...Overlap[]]
    const addresses = [...new Set(found.map(({ address }) => address))].join(', ')
    const words = `The Docker network ${network.name} (${network.subnet}) overlaps ${inWords(route)}: packets for ${addresses} go to its bridge ${network.bridge}, not to the machine with that address.`
    const evidence = [
      { from: `docker network inspect ${network.name}`, line: network.subnet },
      { from: 'ip route', line: `${network.subnet} dev ${network.bridge}` },
      { from: 'ip route', line: inWords(route) },
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) =>
    (symptom.kind === 'hidden' && symptom.overlaps) ||
    isDropped(symptom, (drop, flow) => overlapOf(drop, flow, facts) !== undefined),
  remedies: {
    'remove-network': {
      title: 'Remove the Docker network, which no running container uses',
      steps: (facts) => networksOf(facts).map(({ name }) => `docker network rm ${name}`),
      cost: 'stopped containers of that network do not start until it is created again',
      when: (facts) => networksOf(facts).every((each) => isUser(each) && containersOn(each, facts).length === 0),
    },
    'move-network': {
      title: 'Create the Docker network again, with other addresses',
      steps: (facts) => networksOf(facts).flatMap((network) => move(network, facts)),
      cost: 'its containers get other addresses and lose aliases; with compose, set the subnet in its file too',
      when: (facts) =>
        freeRange(facts) !== undefined &&
        networksOf(facts).every(isUser) &&
        networksOf(facts).some((each) => containersOn(each, facts).length > 0),
    },
    'move-default-bridge': {
      title: 'Give docker0 other addresses (bip)',
      steps: (facts) => [daemonSetting('bip', `"${addressIn(freeRange(facts)!, 1)}/24"`), restartDocker],
      cost: 'containers restarted',
      restartsDocker: true,
      when: (facts) =>
        freeRange(facts) !== undefined &&
        networksOf(facts).every((each) => !isUser(each)) &&
        !facts.docker.command.some((argument) => argument.startsWith('--bip')),
    },
  },
  temptations: {
    'route-with-low-metric': {
      title: 'Add the other network’s route again, with metric 1',
      steps: (facts) => hidden(facts).map(({ route }) => `ip route replace ${inWords(route)} metric 1`),
      cost: 'none',
      why: 'The bridge’s own route has metric 0, or is the more specific one, and wins.',
    },
    'restart-docker': restarting({
      why: 'Docker keeps the addresses of its networks.',
    }),
  },
})

interface Overlap {
  /** The address of the machine that gets no packets. */
  address: string
  network: NetworkFact
  /** The route to the network that is hidden. */
  route: RouteFact
}

/** The overlap that leads to a drop; undefined where nothing shows that the address is of another network. */
function overlapOf({ end, way }: Drop, { address }: Flow, facts: Facts): Overlap | undefined {
  if (way !== 'out' || (end !== 'wrong-bridge' && end !== 'no-neighbour')) return undefined
  const { networks, containers } = facts.docker
  const network = networks.find(({ subnet }) => subnet !== '' && inPrefix(address, subnet))
  const isDockers = (dev: string | undefined): boolean => networks.some(({ bridge }) => bridge === dev)
  // A name server in daemon.json may be a container that does not run.
  if (!network || readIntent(facts).dns.includes(address)) return undefined
  if (containers.some(({ addresses }) => Object.values(addresses).includes(address))) return undefined
  const route = facts.routes.find(
    ({ dst, dev, type, table }) =>
      type === 'unicast' &&
      table === 'main' &&
      dst !== 'default' &&
      !dst.endsWith('/1') &&
      !isDockers(dev) &&
      inPrefix(address, dst),
  )
  return route && { address, network, route }
}

const hidden = oncePer((facts: Facts): Overlap[] => [
  ...hiddenMachines(facts).filter(({ overlaps }) => overlaps),
  ...droppedFlows(facts, (drop, flow) => overlapOf(drop, flow, facts) !== undefined).map(
    ({ drop, flow }) => overlapOf(drop, flow, facts)!,
  ),
])

const networksOf = (facts: Facts): NetworkFact[] => [...new Set(hidden(facts).map(({ network }) => network))]

const isUser = ({ name }: NetworkFact): boolean => name !== 'bridge'

const inWords = ({ dst, gateway, dev }: RouteFact): string => `${dst}${gateway ? ` via ${gateway}` : ''} dev ${dev}`

function move(network: NetworkFact, facts: Facts): string[] {
  const { name } = network
  const users = containersOn(network, facts)
  const subnet = `${addressIn(freeRange(facts)!, 0)}/24`
  return [
    `docker network inspect -f '{{json .IPAM.Config}}' ${name} | grep -qF ${subnet} || { ${createAgain({ ...network, subnet }, users)}; }`,
    ...users.map(
      (user) =>
        `docker inspect -f '{{json .NetworkSettings.Networks}}' ${user.name} | grep -qF '"${name}"' || docker network connect ${name} ${user.name}`,
    ),
  ]
}
