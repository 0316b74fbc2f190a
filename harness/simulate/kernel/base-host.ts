import {
  addresses,
  addresses6,
  type BaseHost,
  bridgeOf,
  type Change,
  containerNames,
  portOf,
  ports,
} from './host-spec.ts'

/** Links, addresses, routes and settings of a healthy container host and of its surroundings. */
export function baseChanges(base: BaseHost): Change[] {
  return [
    bridges(base),
    ...containerNames.map((name) => container(name, base)),
    uplink(base),
    outside(base),
    settings(base),
  ]
}

// Duplicate address detection would hold an address back for a second.
const noDetection = { 'ipv6/conf/default/accept_dad': '0', 'ipv6/conf/all/accept_dad': '0' }
const without6 = { 'ipv6/conf/all/disable_ipv6': '1', 'ipv6/conf/default/disable_ipv6': '1' }
const settingsOf6 = ({ ipv6 }: BaseHost): Record<string, string> => (ipv6 ? noDetection : without6)

const bridges = ({ ipv6 }: BaseHost): Change => ({
  kind: 'bridges',
  ip: [
    'link set lo up',
    ...(['docker0', 'br-a'] as const).flatMap((name) => {
      const key = name === 'docker0' ? 'docker0' : 'brA'
      const prefix = `${addresses[key]}/16`
      return [
        `link add ${name} type bridge forward_delay 0 mcast_snooping 0`,
        `addr add ${prefix} brd + dev ${name}`,
        ...(ipv6 ? [`addr add ${addresses6[key]}/64 dev ${name} nodad`] : []),
        `link set ${name} up`,
      ]
    }),
  ],
})

function container(name: (typeof containerNames)[number], base: BaseHost): Change {
  const gateway = bridgeOf[name] === 'docker0' ? 'docker0' : 'brA'
  return {
    kind: `container ${name}`,
    ip: [
      `link add ${portOf[name]} type veth peer name eth0 netns $${name}`,
      `link set ${portOf[name]} master ${bridgeOf[name]} up`,
    ],
    inside: {
      namespace: name,
      sysctl: settingsOf6(base),
      ip: [
        'link set lo up',
        `addr add ${addresses[name]}/16 brd + dev eth0`,
        ...(base.ipv6 ? [`addr add ${addresses6[name]}/64 dev eth0 nodad`] : []),
        'link set eth0 up',
        `route add default via ${addresses[gateway]}`,
        ...(base.ipv6 ? [`route add default via ${addresses6[gateway]}`] : []),
      ],
    },
  }
}

const uplink = ({ ipv6 }: BaseHost): Change => ({
  kind: 'uplink',
  ip: [
    'link add wan0 type veth peer name eth0 netns $outside',
    `addr add ${addresses.host}/24 brd + dev wan0`,
    ...(ipv6 ? [`addr add ${addresses6.host}/64 dev wan0 nodad`] : []),
    'link set wan0 up',
    `route add default via ${addresses.gateway}`,
    ...(ipv6 ? [`route add default via ${addresses6.gateway}`] : []),
  ],
})

const outside = (base: BaseHost): Change => ({
  kind: 'outside',
  inside: {
    namespace: 'outside',
    sysctl: settingsOf6(base),
    ip: [
      'link set lo up',
      `addr add ${addresses.outside}/32 dev lo`,
      `addr add ${addresses.gateway}/24 brd + dev eth0`,
      // A second gateway of the same network.
      'addr add 192.0.2.77/24 dev eth0',
      ...(base.ipv6
        ? [
            `addr add ${addresses6.outside}/128 dev lo nodad`,
            `addr add ${addresses6.gateway}/64 dev eth0 nodad`,
            // The outside routes the containers’ own addresses, because IPv6 is not masqueraded here.
            `route add fd00::/8 via ${addresses6.host}`,
          ]
        : []),
      'link set eth0 up',
    ],
    nft: internet,
  },
})

// It answers for every address of the internet, but not for private networks.
const internet = [
  'add table ip internet',
  'add chain ip internet everyone { type nat hook prerouting priority -100; }',
  'add rule ip internet everyone ip daddr { 10.0.0.0/8, 127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept',
  `add rule ip internet everyone meta l4proto { tcp, udp } dnat to ${addresses.outside}:${ports.service}`,
  `add rule ip internet everyone dnat to ${addresses.outside}`,
]

const settings = (base: BaseHost): Change => ({
  kind: 'settings',
  before: {
    ...settingsOf6(base),
    'ipv4/ip_forward': '1',
    'ipv4/conf/all/rp_filter': String(base.rpFilter),
    'ipv4/conf/default/rp_filter': String(base.rpFilter),
    ...(base.ipv6 && { 'ipv6/conf/all/forwarding': '1' }),
    'bridge/bridge-nf-call-iptables': base.bridged ? '1' : '0',
    'bridge/bridge-nf-call-ip6tables': base.bridged ? '1' : '0',
  },
  // Without its proxy, dockerd lets packets for 127.0.0.1 out to containers, and back to the container that sent them.
  ...(!base.proxy && {
    sysctl: { 'ipv4/conf/docker0/route_localnet': '1', 'ipv4/conf/br-a/route_localnet': '1' },
    bridge: containerNames.map((name) => `link set dev ${portOf[name]} hairpin on`),
  }),
})
