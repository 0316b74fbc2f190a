import { addresses, addresses6, type HostSpec, type KernelFlow, type NamespaceName, ports } from './host-spec.ts'

type Kind = KernelFlow['kind']

/** The flows for every host of a base: by each protocol, between all endpoints that Docker's users know. */
export function flowsOf({ base, changes }: Pick<HostSpec, 'base' | 'changes'>): KernelFlow[] {
  // A full packet fills its sender's link.
  const lines = changes.flatMap(({ inside }) => (inside?.namespace === 'c1' ? inside.ip : []))
  const mtu = lines.flatMap((line) => line.match(/^link set eth0 mtu (\d+)$/)?.[1] ?? []).map(Number)
  const all = base.ipv6 ? [...flows4(), ...flows6()] : flows4()
  return all.map((flow) => (flow.from === 'c1' && flow.size === 'full' ? { ...flow, mtu: mtu.at(-1) ?? 1500 } : flow))
}

const flow = (
  kind: Kind,
  from: NamespaceName,
  container: string,
  protocol: KernelFlow['protocol'],
  address: string,
  port = 0,
  more: Partial<KernelFlow> = {},
): KernelFlow => ({
  kind,
  from,
  container,
  protocol,
  address,
  port,
  source: sourceOf(from, address),
  size: 'small',
  ...more,
})

// Containers and the outside send from their only address.
function sourceOf(from: NamespaceName, address: string): string {
  const own = address.includes(':') ? addresses6 : addresses
  if (from === 'host') return ''
  return from === 'outside' ? own.gateway : own[from]
}

function flows4(): KernelFlow[] {
  const { c1, c2, c3, docker0, host, outside } = addresses
  const { service, web, first, second } = ports
  return [
    flow('egress', 'c1', 'c1', 'tcp', outside, service),
    flow('egress', 'c1', 'c1', 'udp', outside, service),
    flow('egress', 'c1', 'c1', 'icmp', outside),
    flow('egress', 'c1', 'c1', 'udp', outside, service, { size: 'full' }),
    flow('egress', 'c1', 'c1', 'tcp', outside, service, { size: 'full' }),
    flow('egress', 'c3', 'c3', 'tcp', outside, service),
    flow('egress', 'c3', 'c3', 'icmp', outside),
    flow('peer', 'c1', 'c1', 'tcp', c2, web),
    flow('peer', 'c1', 'c1', 'udp', c2, web),
    flow('peer', 'c2', 'c2', 'icmp', c1),
    flow('isolation', 'c1', 'c1', 'tcp', c3, web),
    flow('isolation', 'c3', 'c3', 'icmp', c1),
    flow('host-service', 'c1', 'c1', 'tcp', host, service),
    flow('host-service', 'c1', 'c1', 'udp', docker0, service),
    flow('host-service', 'c1', 'c1', 'icmp', docker0),
    flow('host-service', 'c3', 'c3', 'tcp', host, service),
    flow('host-service', 'outside', '', 'tcp', host, service),
    flow('host-service', 'outside', '', 'icmp', host),
    flow('published', 'outside', 'c1', 'tcp', host, first),
    flow('published', 'outside', 'c1', 'tcp', host, first, { size: 'full' }),
    flow('published', 'outside', 'c3', 'tcp', host, second),
    flow('published', 'host', 'c1', 'tcp', '127.0.0.1', first),
    flow('published', 'host', 'c1', 'tcp', host, first),
    flow('published', 'host', 'c3', 'tcp', host, second),
    flow('published', 'c1', 'c1', 'tcp', host, first),
    flow('published', 'c2', 'c1', 'tcp', host, first),
    flow('published', 'c3', 'c1', 'tcp', host, first),
    flow('forwarded', 'host', '', 'tcp', outside, service),
    flow('forwarded', 'host', '', 'icmp', outside),
    flow('forwarded', 'host', 'c1', 'tcp', c1, web),
    flow('forwarded', 'host', 'c3', 'icmp', c3),
  ]
}

function flows6(): KernelFlow[] {
  const { c1, c2, docker0, host, outside } = addresses6
  const { service, web } = ports
  return [
    flow('egress', 'c1', 'c1', 'tcp', outside, service),
    flow('egress', 'c1', 'c1', 'icmp', outside),
    flow('peer', 'c1', 'c1', 'tcp', c2, web),
    flow('host-service', 'c1', 'c1', 'icmp', docker0),
    flow('host-service', 'c1', 'c1', 'tcp', host, service),
    flow('forwarded', 'host', 'c1', 'tcp', c1, web),
    flow('forwarded', 'host', '', 'icmp', outside),
  ]
}

/** A flow's title, for people: `c1 -> 203.0.113.10:9000/tcp`. */
export const titleOf = ({ from, protocol, address, port, size }: KernelFlow): string =>
  `${from} -> ${address.includes(':') ? `[${address}]` : address}${port > 0 ? `:${port}` : ''}/${protocol}${size === 'full' ? ' full' : ''}`
