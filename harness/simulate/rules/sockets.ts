import type { Facts, Listener } from '../../evidence/facts.ts'
import type { Packet } from '../packet.ts'
import type { Context } from './compiled.ts'

/** The sockets on which the host's programs listen; undefined where they are not known. */
export const listeningSockets = ({ sections, listeners }: Facts): readonly Listener[] | undefined =>
  sections?.listeners?.status === 'ok' ? listeners : undefined

/**
 * Whether a transparent proxy may take a packet at a port of the host, 0 for the packet's own. False where nothing
 * listens there. Source: linux/net/ipv4/netfilter/nf_tproxy_ipv4.c, nf_tproxy_get_sock_v4.
 */
export const proxyListens = (
  listeners: readonly Listener[] | undefined,
  port: number,
  { protocol, destinationPort }: Packet,
): boolean =>
  listeners?.some((each) => each.protocol === protocol && each.port === (port === 0 ? destinationPort : port)) ?? true

/**
 * Whether a packet may belong to a socket of the host, for `-m socket`: a connection's first packet to one that listens,
 * later ones to a program at the host's end of the connection. `wildcard`: sockets at any address count. Source:
 * linux/net/netfilter/xt_socket.c, socket_match.
 */
export function belongsToSocket(
  listeners: readonly Listener[] | undefined,
  wildcard: boolean,
  { packet, host }: Context,
): boolean {
  const { protocol, destination, destinationPort, direction, state, dnat, originalSource } = packet
  if (direction === 'reply') return originalSource === '' || host.isLocal(originalSource)
  // A translated connection has its socket, if any, at another address.
  if (state === 'established' && !dnat && host.isLocal(destination)) return true
  if (!listeners) return true
  const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::'
  return listeners.some(
    ({ address, ...each }) =>
      each.protocol === protocol &&
      each.port === destinationPort &&
      (address === destination || (wildcard && isAny(address))),
  )
}
