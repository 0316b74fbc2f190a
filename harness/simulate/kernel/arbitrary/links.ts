import fc from 'fast-check'
import { addresses, bridgeOf, type Change, type NamespaceName, portOf } from '../host-spec.ts'
import { bridge, mixed, oneOf } from './pools.ts'

type Container = keyof typeof portOf

const container = oneOf('c1', 'c3', 'c2') as fc.Arbitrary<Container>
const change = (kind: string, parts: Omit<Change, 'kind'>): Change => ({ kind, ...parts })
const inside = (namespace: NamespaceName, ...ip: string[]): Pick<Change, 'inside'> => ({ inside: { namespace, ip } })

// All machines on the uplink's network have links of the same MTU. A server far behind them accepts packets of 1500 bytes.
const narrowUplink = (mtu: string): Pick<Change, 'inside'> =>
  inside(
    'outside',
    `link set eth0 mtu ${mtu}`,
    `route change 192.0.2.0/24 dev eth0 proto kernel scope link src ${addresses.gateway} advmss 1460`,
  )

/** Links and bridge ports that are down, detached, too narrow or otherwise odd. */
export const oddLinks: fc.Arbitrary<Change> = mixed<Change>(
  [2, container.map((name) => change('port down', { ip: [`link set ${portOf[name]} down`] }))],
  [2, container.map((name) => change('no master', { ip: [`link set ${portOf[name]} nomaster`] }))],
  [2, bridge.map((name) => change('bridge down', { ip: [`link set ${name} down`] }))],
  [1, container.map((name) => change('container link down', inside(name, 'link set eth0 down')))],
  [
    3,
    fc.tuple(container, oneOf('0', '4', '1', '2', '3')).map(([name, state]) =>
      change('port state', {
        bridge: [`link set dev ${portOf[name]} state ${state}`],
      }),
    ),
  ],
  [
    2,
    fc.constant(change('isolated ports', { bridge: ['link set dev v1 isolated on', 'link set dev v2 isolated on'] })),
  ],
  [1, container.map((name) => change('isolated port', { bridge: [`link set dev ${portOf[name]} isolated on`] }))],
  [
    2,
    fc
      .tuple(container, oneOf('on', 'off'))
      .map(([name, on]) => change('hairpin', { bridge: [`link set dev ${portOf[name]} hairpin ${on}`] })),
  ],
  [1, container.map((name) => change('no learning', { bridge: [`link set dev ${portOf[name]} learning off`] }))],
  [1, container.map((name) => change('no flood', { bridge: [`link set dev ${portOf[name]} flood off learning off`] }))],
  [1, container.map((name) => change('no broadcasts', { bridge: [`link set dev ${portOf[name]} bcast_flood off`] }))],
  [
    1,
    container.map((name) => change('locked port', { bridge: [`link set dev ${portOf[name]} learning on locked on`] })),
  ],
  [
    3,
    fc.tuple(oneOf('wan0', 'docker0', 'v1', 'br-a'), oneOf('1400', '1280', '1499', '1472')).map(([name, mtu]) =>
      change('narrow link', {
        ip: [`link set ${name} mtu ${mtu}`],
        ...(name === 'wan0' && narrowUplink(mtu)),
      }),
    ),
  ],
  [
    1,
    fc
      .tuple(container, oneOf('1400', '1280'))
      .map(([name, mtu]) => change('narrow container', inside(name, `link set eth0 mtu ${mtu}`))),
  ],
  [
    2,
    container.map((name) =>
      change('wrong bridge', {
        ip: [`link set ${portOf[name]} master ${bridgeOf[name] === 'docker0' ? 'br-a' : 'docker0'}`],
      }),
    ),
  ],
  [1, bridge.map((name) => change('no ARP', { ip: [`link set ${name} arp off`] }))],
  [1, container.map((name) => change('no ARP inside', inside(name, 'link set eth0 arp off')))],
)

/** Addresses that are missing, in the wrong network or on the wrong device. */
export const oddAddresses: fc.Arbitrary<Change> = mixed<Change>(
  [
    3,
    bridge.chain((name) => {
      const own = name === 'docker0' ? addresses.docker0 : addresses.brA
      return oneOf('32', '24', '30', '12').map((length) =>
        change('bridge prefix', { ip: [`addr del ${own}/16 dev ${name}`, `addr add ${own}/${length} dev ${name}`] }),
      )
    }),
  ],
  [1, bridge.map((name) => change('no bridge address', { ip: [`addr flush dev ${name}`] }))],
  [
    2,
    fc
      .tuple(container, oneOf('32', '30', '24', '8'))
      .map(([name, length]) =>
        change(
          'container prefix',
          inside(
            name,
            `addr flush dev eth0`,
            `addr add ${addresses[name]}/${length} dev eth0`,
            `route add default via ${addresses[bridgeOf[name] === 'docker0' ? 'docker0' : 'brA']} dev eth0 onlink`,
          ),
        ),
      ),
  ],
  [
    1,
    fc
      .tuple(container, oneOf('1', '2'))
      .map(([name, left]) =>
        change(
          'short-lived route inside',
          inside(
            name,
            `route replace default via ${addresses[bridgeOf[name] === 'br-a' ? 'brA' : 'docker0']} hoplimit ${left}`,
          ),
        ),
      ),
  ],
  [2, container.map((name) => change('no default route inside', inside(name, 'route del default')))],
  [
    1,
    fc
      .tuple(container, oneOf('172.17.0.99', '172.17.0.3'))
      .map(([name, gateway]) => change('wrong gateway inside', inside(name, `route replace default via ${gateway}`))),
  ],
  [
    1,
    fc
      .tuple(container, oneOf('blackhole', 'unreachable', 'prohibit'))
      .map(([name, type]) => change('end of a route inside', inside(name, `route add ${type} 203.0.113.0/24`))),
  ],
  [
    2,
    fc
      .tuple(
        oneOf('172.17.0.9/16', '172.17.0.1/24', '203.0.113.10/32', '172.18.0.2/32', '192.0.2.77/24', '172.17.0.3/32'),
        oneOf('wan0', 'br-a', 'docker0', 'lo'),
      )
      .map(([own, name]) => change('one more address', { ip: [`addr add ${own} dev ${name}`] })),
  ],
)

/** Neighbours and forwarding entries that send packets to the wrong receiver. */
export const oddNeighbours: fc.Arbitrary<Change> = mixed<Change>(
  [
    2,
    container.map((name) =>
      change('wrong neighbour', {
        ip: [`neigh replace ${addresses[name]} lladdr 02:00:00:00:00:99 dev ${bridgeOf[name]} nud permanent`],
      }),
    ),
  ],
  [
    1,
    container.map((name) =>
      change('wrong neighbour inside', {
        ...inside(
          name,
          `neigh replace ${addresses[bridgeOf[name] === 'docker0' ? 'docker0' : 'brA']} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`,
        ),
      }),
    ),
  ],
  [
    1,
    fc.constant(
      change('wrong uplink neighbour', {
        ip: [`neigh replace ${addresses.gateway} lladdr 02:00:00:00:00:99 dev wan0 nud permanent`],
      }),
    ),
  ],
)
