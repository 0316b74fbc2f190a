import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import { addressIn, familyOf, isPublic } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { egress6, members6Of } from './flows6.ts'
import { hostServices } from './host-services.ts'
import { allowsPeers, type Intent, isIsolated } from './intent.ts'
import { anywhere, fromContainer, type Member, membersOf } from './members.ts'
import { nameFlows } from './names.ts'
import { publishedFlows } from './published.ts'
import { publishedFlows6 } from './published6.ts'
import { onNetwork } from './stand-in.ts'

/** Every flow that Docker is configured to make possible on this host, or to prevent. */
export function flowsOf(facts: Facts, intent: Intent): Flow[] {
  const members = membersOf(facts)
  const members6 = members6Of(facts)
  return [
    ...members.flatMap(egress),
    ...nameFlows(facts, intent, members),
    ...publishedFlows(facts, intent, members),
    ...peers(members),
    ...isolation(members, intent),
    ...members.flatMap((member) => hostServices(member, facts)),
    ...hostEgress(facts),
    ...forwarded(facts),
    ...members6.flatMap((member) => egress6(member, facts)),
    ...publishedFlows6(facts, intent, members6),
    ...peers(members6),
    ...isolation(members6, intent),
  ]
}

function egress(member: Member): Flow[] {
  const { container, network } = member
  // An internal network has no way out on purpose.
  if (network.internal) return []
  const out = (
    protocol: Flow['protocol'],
    size: Flow['size'],
    port: number,
    what: string,
    ought: Flow['ought'],
  ): Flow =>
    fromContainer(member, {
      kind: 'egress',
      address: anywhere,
      port,
      protocol,
      size,
      ought,
      title: `${onNetwork(container.name, network.name)} to the outside, ${what}`,
    })
  return [
    out('tcp', 'small', 443, 'TCP', 'pass'),
    out('tcp', 'full', 443, 'large TCP transfers', 'pass'),
    // Port 80 often has rules of its own. An administrator may block it on purpose.
    out('tcp', 'small', 80, 'TCP to port 80', 'unknown'),
    // An administrator may let out only TCP on purpose.
    out('udp', 'small', 443, 'UDP', 'unknown'),
    out('icmp', 'small', 0, 'ping', 'unknown'),
  ]
}

function peers(members: readonly Member[]): Flow[] {
  return byNetwork(members).flatMap((own) =>
    own.slice(1).flatMap((to, index) => {
      const from = own[index]!
      const ought = allowsPeers(from.network) ? 'pass' : 'die'
      const title = `${from.container.name} to ${to.container.name} on ${from.network.name}${by6(to)}`
      return [fromContainer(from, { kind: 'peer', address: to.address, port: 80, ought, title })]
    }),
  )
}

function isolation(members: readonly Member[], intent: Intent): Flow[] {
  const first = byNetwork(members).map(([member]) => member!)
  return first.flatMap((from) =>
    first.flatMap((to) => {
      if (from === to || !isIsolated(to.network, intent, familyOf(to.address))) return []
      // A container that is in both networks may talk to both.
      if (from.container.name === to.container.name) return []
      const title = `${from.network.name} to ${to.network.name}${by6(to)} (isolated networks)`
      return [fromContainer(from, { kind: 'isolation', address: to.address, port: 80, ought: 'die', title })]
    }),
  )
}

const by6 = ({ address }: Member): string => (familyOf(address) === 6 ? ', by IPv6' : '')

const byNetwork = (members: readonly Member[]): Member[][] => groupBy(members, ({ network }) => network.name)

/**
 * What a container on the host's own network sends: one stands for all of them. What the host itself may send is the
 * administrator's choice.
 */
function hostEgress({ docker }: Facts): Flow[] {
  const [first] = docker.containers.filter(({ mode, paused }) => mode === 'host' && !paused)
  if (!first) return []
  return [
    {
      kind: 'host-egress',
      from: { at: 'host' },
      container: first.name,
      network: first.mode,
      bridge: '',
      source: '',
      address: anywhere,
      port: 443,
      protocol: 'tcp',
      size: 'small',
      ought: 'unknown',
      title: `${first.name} on the host’s own network to the outside`,
    },
  ]
}

/** What the host forwards besides Docker's packets: guests on a bridge that rules masquerade. */
function forwarded({ links, docker, nft, xtables, sections }: Facts): Flow[] {
  // Only dockerd knows which bridges are Docker's.
  if (!docker.answers || sections['docker-networks']?.status !== 'ok') return []
  const dockers = new Set(docker.networks.map(({ bridge }) => bridge))
  const bridges = links.filter(
    ({ kind, name, up }) =>
      kind === 'bridge' &&
      up &&
      !dockers.has(name) &&
      name !== 'docker_gwbridge' &&
      links.some(({ master }) => master === name),
  )
  const nat = JSON.stringify([nft.filter(({ type }) => type === 'nat'), xtables])
  return bridges.flatMap(({ name, ips }) => {
    const ip = ips.find(({ family }) => family === 4)
    const subnet = ip && `${addressIn(`${ip.address}/${ip.prefix}`, 0)}`
    const guest = ip && addressIn(`${ip.address}/${ip.prefix}`, ip.address.endsWith('.77') ? 78 : 77)
    // A rule that masquerades a subnet shows that the subnet should get out.
    if (!ip || !subnet || !guest || !nat.includes(`"${subnet}`) || isPublic(subnet)) return []
    // A bridge of Docker's by another name: its containers are no guests.
    if (docker.networks.some((network) => network.subnet.startsWith(`${subnet}/`))) return []
    const title = `guests on ${name} to the outside`
    return [
      {
        kind: 'forwarded',
        from: { at: 'outside', device: name },
        container: '',
        network: '',
        bridge: name,
        source: guest,
        address: anywhere,
        port: 443,
        protocol: 'tcp',
        size: 'small',
        ought: 'pass',
        title,
      } as const,
    ]
  })
}
