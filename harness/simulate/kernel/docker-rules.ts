import { addresses, type Backend, type BaseHost, type Change, ports } from './host-spec.ts'

const networks = [
  { bridge: 'docker0', subnet: '172.17.0.0/16', address: addresses.c1, port: ports.first },
  { bridge: 'br-a', subnet: '172.18.0.0/16', address: addresses.c3, port: ports.second },
] as const

/** Docker’s rules for a base host: by iptables, as one nftables table, or none. */
export function dockerRules(base: BaseHost): Change[] {
  if (base.rules === 'none') return []
  const own = base.rules === 'native' ? [native(base)] : [filter(base, base.rules), nat(base, base.rules)]
  return base.ipv6 ? [...own, masquerade6(base.rules)] : own
}

const masquerade6 = (rules: Backend | 'native'): Change =>
  rules === 'native'
    ? {
        kind: 'docker nftables IPv6',
        nft: [
          'add table ip6 docker-bridges',
          'add chain ip6 docker-bridges POSTROUTING { type nat hook postrouting priority srcnat; }',
          'add rule ip6 docker-bridges POSTROUTING ip6 saddr fd00:17::/64 oifname != "docker0" masquerade',
        ],
      }
    : {
        kind: 'docker nat IPv6',
        iptables: {
          backend: rules,
          family: 6,
          table: 'nat',
          chains: [],
          rules: ['-A POSTROUTING -s fd00:17::/64 ! -o docker0 -j MASQUERADE'],
        },
      }

const filter = ({ forwardPolicy }: BaseHost, backend: Backend): Change => ({
  kind: 'docker filter',
  iptables: {
    backend,
    family: 4,
    table: 'filter',
    chains: [
      `FORWARD ${forwardPolicy}`,
      ...['DOCKER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER-USER'].map((name) => `${name} -`),
    ],
    rules: [
      '-A FORWARD -j DOCKER-USER',
      '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
      ...networks.flatMap(({ bridge, address }) => [
        `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
        `-A FORWARD -o ${bridge} -j DOCKER`,
        `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
        `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`,
        `-A DOCKER -d ${address}/32 ! -i ${bridge} -o ${bridge} -p tcp -m tcp --dport ${ports.web} -j ACCEPT`,
        `-A DOCKER-ISOLATION-STAGE-1 -i ${bridge} ! -o ${bridge} -j DOCKER-ISOLATION-STAGE-2`,
        `-A DOCKER-ISOLATION-STAGE-2 -o ${bridge} -j DROP`,
      ]),
      '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
      '-A DOCKER-ISOLATION-STAGE-2 -j RETURN',
      '-A DOCKER-USER -j RETURN',
    ],
  },
})

const nat = ({ masquerade, proxy }: BaseHost, backend: Backend): Change => ({
  kind: 'docker nat',
  iptables: {
    backend,
    family: 4,
    table: 'nat',
    chains: ['DOCKER -'],
    rules: [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      `-A OUTPUT ${proxy ? '! -d 127.0.0.0/8 ' : ''}-m addrtype --dst-type LOCAL -j DOCKER`,
      ...networks.flatMap(({ bridge, subnet, address, port }) => [
        ...(masquerade ? [`-A POSTROUTING -s ${subnet} ! -o ${bridge} -j MASQUERADE`] : []),
        ...(proxy ? [] : [`-A POSTROUTING -o ${bridge} -m addrtype --src-type LOCAL -j MASQUERADE`]),
        `-A POSTROUTING -s ${address}/32 -d ${address}/32 -p tcp -m tcp --dport ${ports.web} -j MASQUERADE`,
        ...(proxy ? [`-A DOCKER -i ${bridge} -j RETURN`] : []),
        `-A DOCKER ${proxy ? `! -i ${bridge} ` : ''}-p tcp -m tcp --dport ${port} -j DNAT --to-destination ${address}:${ports.web}`,
      ]),
    ],
  },
})

// The rules that dockerd writes since version 29, without counters.
const native = ({ masquerade, forwardPolicy, proxy }: BaseHost): Change => {
  const elements = (text: (each: (typeof networks)[number]) => string): string => networks.map(text).join(', ')
  const local = proxy ? 'ip daddr != 127.0.0.0/8 fib daddr type local' : 'fib daddr type local'
  return {
    kind: 'docker nftables',
    nft: [
      'add table ip docker-bridges',
      'add map ip docker-bridges in-jumps { type ifname : verdict; }',
      'add map ip docker-bridges out-jumps { type ifname : verdict; }',
      `add chain ip docker-bridges FORWARD { type filter hook forward priority filter; policy ${forwardPolicy.toLowerCase()}; }`,
      'add chain ip docker-bridges PREROUTING { type nat hook prerouting priority dstnat; }',
      'add chain ip docker-bridges OUTPUT { type nat hook output priority -100; }',
      'add chain ip docker-bridges POSTROUTING { type nat hook postrouting priority srcnat; }',
      'add chain ip docker-bridges published',
      ...networks.flatMap(({ bridge, subnet, address, port }) => [
        `add chain ip docker-bridges in-${bridge}`,
        `add chain ip docker-bridges out-${bridge}`,
        `add rule ip docker-bridges in-${bridge} ct state established,related accept`,
        `add rule ip docker-bridges in-${bridge} iifname "${bridge}" accept`,
        `add rule ip docker-bridges in-${bridge} iifname != "${bridge}" ip daddr ${address} tcp dport ${ports.web} accept`,
        `add rule ip docker-bridges in-${bridge} drop`,
        `add rule ip docker-bridges out-${bridge} accept`,
        `add rule ip docker-bridges published ${proxy ? `iifname != "${bridge}" ` : ''}tcp dport ${port} dnat to ${address}:${ports.web}`,
        ...(masquerade
          ? [`add rule ip docker-bridges POSTROUTING ip saddr ${subnet} oifname != "${bridge}" masquerade`]
          : []),
        ...(proxy
          ? []
          : [`add rule ip docker-bridges POSTROUTING fib saddr type local oifname "${bridge}" masquerade`]),
      ]),
      `add element ip docker-bridges in-jumps { ${elements(({ bridge }) => `"${bridge}" : jump in-${bridge}`)} }`,
      `add element ip docker-bridges out-jumps { ${elements(({ bridge }) => `"${bridge}" : jump out-${bridge}`)} }`,
      'add rule ip docker-bridges FORWARD oifname vmap @in-jumps',
      'add rule ip docker-bridges FORWARD iifname vmap @out-jumps',
      'add rule ip docker-bridges PREROUTING fib daddr type local jump published',
      `add rule ip docker-bridges OUTPUT ${local} jump published`,
    ],
  }
}
