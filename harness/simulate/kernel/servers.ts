import type { Server } from './agent.ts'
import { addresses, addresses6, type BaseHost, ports } from './host-spec.ts'

/** The servers on a host of this base and around it. */
export function serversOf({ proxy, ipv6 }: BaseHost): Server[] {
  const { c1, c2, c3, docker0, host, outside } = addresses
  const { service, web, first, second } = ports
  const both = (namespace: Server['namespace'], address: string, port: number): Server[] => [
    { namespace, protocol: 'tcp', address, port },
    { namespace, protocol: 'udp', address, port },
  ]
  return [
    ...both('c1', c1, web),
    ...both('c2', c2, web),
    ...both('c3', c3, web),
    ...both('outside', outside, service),
    { namespace: 'host', protocol: 'tcp', address: '0.0.0.0', port: service },
    // A UDP server at the wildcard address answers from the route’s address, not from the request's destination.
    { namespace: 'host', protocol: 'udp', address: docker0, port: service },
    { namespace: 'host', protocol: 'udp', address: host, port: service },
    ...(proxy
      ? [
          {
            namespace: 'host',
            protocol: 'tcp',
            address: '0.0.0.0',
            port: first,
            to: { address: c1, port: web },
          } as const,
          {
            namespace: 'host',
            protocol: 'tcp',
            address: '0.0.0.0',
            port: second,
            to: { address: c3, port: web },
          } as const,
        ]
      : []),
    ...(ipv6
      ? [
          ...both('c1', addresses6.c1, web),
          ...both('c2', addresses6.c2, web),
          ...both('outside', addresses6.outside, service),
          { namespace: 'host', protocol: 'tcp', address: '::', port: service } as const,
        ]
      : []),
  ]
}
