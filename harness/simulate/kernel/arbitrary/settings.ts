import fc from 'fast-check'
import type { Change, NamespaceName } from '../host-spec.ts'
import { device, mixed, oneOf } from './pools.ts'

const setting = (path: string, value: string): Change => ({
  kind: `setting ${path.split('/').at(-1)}`,
  sysctl: { [path]: value },
})
const conf = (names: fc.Arbitrary<string>, name: string, values: fc.Arbitrary<string>): fc.Arbitrary<Change> =>
  fc.tuple(names, values).map(([own, value]) => setting(`ipv4/conf/${own}/${name}`, value))
const all = fc.constant('all')
const either = mixed<string>([3, device], [1, all])

const life = oneOf('1', '2', '3')
const lifeInside = (namespace: NamespaceName, value: string): Change => ({
  kind: 'setting ip_default_ttl inside',
  inside: { namespace, ip: [], sysctl: { 'ipv4/ip_default_ttl': value } },
})

/** Settings of the kernel that decide on packets. */
export const oddSettings: fc.Arbitrary<Change> = mixed<Change>(
  [2, oneOf('ipv4/ip_forward').map((path) => setting(path, '0'))],
  [4, conf(either, 'forwarding', oneOf('0'))],
  [3, conf(either, 'rp_filter', oneOf('1', '2', '0'))],
  [3, conf(either, 'route_localnet', oneOf('1', '0'))],
  [1, conf(either, 'accept_local', oneOf('1', '0'))],
  [2, conf(either, 'arp_ignore', oneOf('1', '2', '8', '3'))],
  [1, conf(either, 'arp_filter', oneOf('1'))],
  [1, conf(either, 'proxy_arp', oneOf('1'))],
  [1, conf(either, 'src_valid_mark', oneOf('1'))],
  [1, conf(oneOf('br-a', 'docker0'), 'ignore_routes_with_linkdown', oneOf('1'))],
  [1, device.map((name) => setting(`ipv4/neigh/${name}/mcast_solicit`, '0'))],
  [1, life.map((value) => setting('ipv4/ip_default_ttl', value))],
  [2, fc.tuple(oneOf('c1', 'c3'), life).map(([name, value]) => lifeInside(name as NamespaceName, value))],
  [2, oneOf('0', '1').map((value) => setting('bridge/bridge-nf-call-iptables', value))],
  [1, oneOf('0').map((value) => setting('bridge/bridge-nf-call-arptables', value))],
)
