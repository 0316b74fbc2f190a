import type { ContainerFact, ContainerNamespace, Facts, LinkFact, NetworkFact } from '../evidence/facts.ts'
import { addressIn, parsePrefix } from '../lib/ip.ts'
import { gatewayOf } from './intent.ts'

/** The name of a stand-in container. */
export const standIn = (network: string): string => `a container on ${network}`

/** A container and its network, for a flow's title. */
export const onNetwork = (container: string, network: string): string =>
  container === standIn(network) ? container : `${container} on ${network}`

/**
 * The facts with a stand-in container on every bridge network that has none: what a container that starts now would
 * meet. Where no container could be read from the inside, every network gets one: it shows what the host does. A bridge
 * without ports has no carrier; the stand-in gives it one.
 */
export function withStandIns(facts: Facts): Facts {
  if (!facts.docker.answers) return facts
  const isRead = facts.sections['container-namespaces']?.status === 'ok'
  const known = isRead ? facts.docker.containers : []
  const taken = new Set(known.flatMap(({ addresses }) => Object.keys(addresses)))
  const empty = facts.docker.networks.filter(
    ({ name, subnet }) => !taken.has(name) && parsePrefix(subnet)?.family === 4,
  )
  if (empty.length === 0) return facts
  const made = empty.map((network, index) => ({ network, ...standInOn(network, index, facts) }))
  const bridges = new Set(empty.map(({ bridge }) => bridge))
  return {
    ...facts,
    docker: { ...facts.docker, containers: [...facts.docker.containers, ...made.map(({ container }) => container)] },
    containers: [...facts.containers, ...made.map(({ namespace }) => namespace)],
    links: [
      ...facts.links.map((link) => (bridges.has(link.name) ? { ...link, carrier: true } : link)),
      ...made.map(({ port }) => port),
    ],
  }
}

interface StandIn {
  container: ContainerFact
  namespace: ContainerNamespace
  port: LinkFact
}

/** An address that no container has. */
function freeIn(subnet: string, { docker }: Facts): string {
  const taken = new Set(docker.containers.flatMap(({ addresses }) => Object.values(addresses)))
  const free = [254, 253, 252, 251].map((host) => addressIn(subnet, host)).find((each) => each && !taken.has(each))
  return free ?? addressIn(subnet, 254) ?? ''
}

function standInOn({ name: network, subnet, gateway, bridge }: NetworkFact, index: number, facts: Facts): StandIn {
  const { links } = facts
  const name = standIn(network)
  const address = freeIn(subnet, facts)
  const prefix = parsePrefix(subnet)!.length
  const mtu = links.find((link) => link.name === bridge)?.mtu ?? 1500
  // The kernel gives no interface a negative index.
  const [outer, inner] = [-2 * index - 2, -2 * index - 1]
  const link = (own: number, peer: number, at: string): LinkFact => ({
    index: own,
    peerIndex: peer,
    name: at,
    up: true,
    carrier: true,
    kind: 'veth',
    mtu,
    mac: '',
    loopback: false,
    addresses: [],
    ips: [],
    xdp: false,
    noarp: false,
  })
  const route = { type: 'unicast', table: 'main', metric: 0, flags: [] }
  const via = gatewayOf({ gateway, subnet })
  return {
    container: {
      name,
      id: '',
      pid: 0,
      mode: network,
      networkMode: network,
      restart: 'no',
      published: [],
      requested: [],
      addresses: { [network]: address },
      addresses6: {},
      macs: {},
    },
    namespace: {
      container: name,
      pid: 0,
      mode: network,
      read: true,
      links: [
        { ...link(inner, outer, 'eth0'), addresses: [address], ips: [{ address, prefix, family: 4, scope: 'global' }] },
      ],
      routes: [
        { ...route, dst: 'default', gateway: via, dev: 'eth0' },
        { ...route, dst: subnet, dev: 'eth0', prefsrc: address },
        { ...route, type: 'local', table: 'local', dst: address, dev: 'eth0' },
      ],
      routes6: [],
      policyRules: [],
      neighbours: [],
      sysctls: {},
      resolver: { nameservers: [], search: [], options: [], comments: [] },
      rules: false,
      listeners: [],
      ipsec: [],
    },
    port: { ...link(outer, inner, `veth of ${name}`), master: bridge },
  }
}
