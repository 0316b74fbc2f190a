import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { networkFileOf } from '../../cause/network-file.ts'
import { restartDocker } from '../../cause/steps.ts'
import { acceptingForward, restartingContainers } from '../../cause/temptations.ts'
import type { AddressFact, Facts, NetworkFact } from '../../evidence/facts.ts'
import { inPrefix, parsePrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { isDefaultBridge } from '../../simulate/intent.ts'

/** A bridge of Docker's is without the address or the netmask that dockerd gave it, and nothing shows what took it. */
export const bridgeAddressLost = defineCause({
  id: 'bridge-address-lost',
  title: 'A Docker bridge has lost its address or its netmask',
  needs: ['docker-networks', 'container-namespaces', 'links', 'addresses', 'routes', 'units', 'boot-files'],
  byFlows: true,
  detect(facts) {
    const lost = harmful(facts)
    if (lost.length === 0) return absent('every Docker bridge has the address that its containers need')
    const words = lost
      .map(
        ({ bridge, wanted, left }) =>
          `${bridge} should have ${wanted}, which is its containers’ gateway, and has ${left.map(inWords).join(', ') || 'no address'}`,
      )
      .join('; ')
    return present({
      confidence: 'certain',
      active: `${words}. So the host does not answer its containers, or does not know the way to them.`,
      latent: `${words}.`,
      evidence: lost.flatMap(({ bridge, network, left }) => [
        { from: `docker network inspect ${network.name}`, line: `subnet ${network.subnet}` },
        {
          from: `ip -4 address show dev ${bridge}`,
          line: left.map((each) => `inet ${inWords(each)}`).join(', ') || 'no address',
        },
      ]),
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => lostBy(drop, flow, facts) !== undefined),
  remedies: {
    'put-back': {
      title: 'Give the bridges their addresses back',
      steps: (facts) =>
        harmful(facts).flatMap(({ bridge, wanted, wrong }) => [
          ...wrong.map((each) => `ip address del ${inWords(each)} dev ${bridge} 2>/dev/null || true`),
          `ip address replace ${wanted} dev ${bridge}`,
        ]),
      cost: 'none',
    },
    'restart-docker': {
      title: 'Restart docker',
      steps: () => [restartDocker],
      cost: 'containers restarted',
      // As it starts, dockerd deletes the bridge that it made for its default network, unless containers outlived it.
      when: (facts) =>
        facts.docker.config['live-restore'] !== true &&
        !facts.docker.command.includes('--live-restore') &&
        harmful(facts).every(({ bridge, network }) => bridge === 'docker0' || !isDefaultBridge(network)),
      restartsDocker: true,
    },
  },
  temptations: {
    'restart-containers': restartingContainers({
      why: 'dockerd gives a bridge its address when dockerd starts, and not when a container does.',
    }),
    'accept-forward': acceptingForward({
      why: 'No rule drops the packets: the host has no way to the containers.',
    }),
  },
})

interface Lost {
  bridge: string
  network: NetworkFact
  /** The gateway of its containers, with the prefix length of its network. */
  wanted: string
  gateway: string
  /** The IPv4 addresses that the bridge has, and of those the gateway with another netmask. */
  left: AddressFact[]
  wrong: AddressFact[]
}

const inWords = ({ address, prefix }: AddressFact): string => `${address}/${prefix}`

/** Docker's bridges that are without their address. What systemd-networkd manages is another matter. */
const lostOf = oncePer((facts: Facts): Lost[] => {
  const { docker, links, units } = facts
  const networkd = units['systemd-networkd.service']
  const hasRun = networkd?.active === 'active' || Boolean(networkd?.activeSinceUs)
  return docker.networks.flatMap((network) => {
    const link = links.find(({ name, kind }) => name === network.bridge && kind === 'bridge')
    const length = parsePrefix(network.subnet)?.length
    // By this option the bridge has no address: the gateway is another machine.
    const isInhibited = network.options['com.docker.network.bridge.inhibit_ipv4'] === 'true'
    if (!link || !length || isInhibited || (hasRun && networkFileOf(link, facts))) return []
    const left = link.ips.filter(({ family }) => family === 4)
    // An old engine does not show a gateway that it chose itself. Its containers show it.
    const vias = isDefaultBridge(network) && hasOtherGateway(facts) ? [] : gatewaysUsed(facts)
    const gateway = network.gateway || (vias.find((via) => inPrefix(via, network.subnet)) ?? '')
    const isThere = left.some(
      ({ address, prefix }) =>
        prefix === length && (network.gateway ? address === gateway : inPrefix(address, network.subnet)),
    )
    if (isThere || !gateway) return []
    const wrong = left.filter(({ address }) => address === gateway)
    return [{ bridge: link.name, network, wanted: `${gateway}/${length}`, gateway, left, wrong }]
  })
})

/** Whether containers of the default network are given a gateway other than its bridge. */
const hasOtherGateway = ({ docker }: Facts): boolean =>
  docker.config['default-gateway'] !== undefined || docker.command.some((word) => word.startsWith('--default-gateway'))

const gatewaysUsed = ({ containers }: Facts): string[] =>
  containers.flatMap(({ routes }) => routes.flatMap(({ dst, gateway }) => (dst === 'default' && gateway) || []))

/** The bridge whose lost address ends a flow: nobody answers for it, or its route went with it. */
function lostBy({ end, neighbour, address, policy }: Drop, { bridge }: Flow, facts: Facts): Lost | undefined {
  const lost = lostOf(facts).find((each) => each.bridge === bridge)
  if (!lost || policy) return undefined
  const isGateway = end === 'no-neighbour' && neighbour?.address === lost.gateway
  const isRoute = ['no-route', 'source-check'].includes(end) && address !== undefined
  return isGateway || (isRoute && inPrefix(address, lost.network.subnet)) ? lost : undefined
}

const harmful = oncePer((facts: Facts): Lost[] => [
  ...new Set(
    droppedFlows(facts, (drop, flow) => lostBy(drop, flow, facts) !== undefined).map(
      ({ drop, flow }) => lostBy(drop, flow, facts)!,
    ),
  ),
])
