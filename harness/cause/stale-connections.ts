import { type Datagrams, readDatagrams } from '../evidence/connection.ts'
import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import { oncePer } from '../lib/once-per.ts'
import { simulate } from '../simulate/index.ts'
import { packetOf } from '../simulate/packet.ts'

/** A connection of UDP to a published port that the kernel sends elsewhere than its rules would send a new one. */
export interface StaleConnection extends Datagrams {
  /** The container that publishes the port, and its address. */
  container: string
  address: string
  /** The other container that has the address by now. */
  holder?: string
  /** No rule has translated it: it was made before the container's rule was there. */
  untranslated: boolean
  /** Whether somebody sends in it now. Otherwise the kernel forgets it soon. */
  inUse: boolean
}

// A client sends, the collector takes its time, and the kernel counts whole seconds.
const recentS = 5

/**
 * The kernel chooses the destination of a connection by its first packet, and rules do not matter to the others. Found
 * are those that end at no container, or at the host where no program listens.
 */
export const staleConnections = oncePer((facts: Facts): StaleConnection[] => {
  const { docker, links, listeners } = facts
  return readDatagrams(facts).flatMap((each): StaleConnection[] => {
    const { destination, port, answeredBy, answered, silentS } = each
    const link = links.find(({ loopback, ips }) => !loopback && ips.some(({ address }) => address === destination))
    if (!link || isOwn(each.source, facts)) return []
    const container = docker.containers.find(({ published }) =>
      published.some((one) => one.protocol === 'udp' && one.port === port && isAt(one.host, destination)),
    )
    if (!container) return []
    const address = destinationNow(each, link.name, facts)
    if (!address || !Object.values(container.addresses).includes(address) || answeredBy === address) return []
    const base = { ...each, container: container.name, address, inUse: silentS !== undefined && silentS <= recentS }
    if (answeredBy === destination) {
      // Docker's proxy passes on what gets to the host itself. Without it dockerd holds the port, and reads nothing.
      const isServed =
        simulate(facts).intent.proxies ||
        listeners.some((one) => one.protocol === 'udp' && one.port === port && one.program !== 'dockerd')
      return isServed ? [] : [{ ...base, untranslated: true }]
    }
    if (!docker.networks.some(({ subnet }) => subnet !== '' && inPrefix(answeredBy, subnet))) return []
    const holder = docker.containers.find(({ addresses }) => Object.values(addresses).includes(answeredBy))?.name
    if (holder && answered) return []
    return [{ ...base, untranslated: false, ...(holder && { holder }) }]
  })
})

const isOwn = (address: string, { links }: Facts): boolean =>
  links.some(({ ips }) => ips.some((each) => each.address === address))

const isAt = (host: string, address: string): boolean => host === '' || host === '0.0.0.0' || host === address

/** Where a new connection of the same client would be sent; undefined where that is not certain. */
function destinationNow({ source, sourcePort, destination, port }: Datagrams, input: string, facts: Facts) {
  const packet = packetOf({
    protocol: 'udp',
    source,
    sourcePort,
    destination,
    destinationPort: port,
    input,
  })
  const worlds = simulate(facts).net.firewall.pass('ip', 'prerouting', packet, input)
  const found = new Set(worlds.map(({ dead, packet }) => (dead ? undefined : packet.destination)))
  return found.size === 1 ? [...found][0] : undefined
}
