/** The network namespaces of a host made for a comparison. */
export const namespaceNames = ['host', 'c1', 'c2', 'c3', 'outside'] as const
export type NamespaceName = (typeof namespaceNames)[number]
export const containerNames = ['c1', 'c2', 'c3'] as const

/** One change to a host, as input for the tools that make it. */
export interface Change {
  /** The kind of change, in a word or two. */
  kind: string
  /** Lines for `ip -batch` on the host. */
  ip?: string[]
  /** The same in a container. */
  inside?: { namespace: NamespaceName; ip: string[]; sysctl?: Record<string, string>; nft?: string[] }
  /** Lines for `bridge -batch` on the host. */
  bridge?: string[]
  /** Settings that come before all links: path below /proc/sys/net, and value. */
  before?: Record<string, string>
  /** Settings that come after the links. */
  sysctl?: Record<string, string>
  /** Lines for `nft -f`. */
  nft?: string[]
  /** Lines for `ipset restore`. */
  ipset?: string[]
  /** Rules of one table: chains with their policies, then `-A` lines. */
  iptables?: { backend: Backend; family: 4 | 6; table: string; chains: string[]; rules: string[] }
}

export type Backend = 'nft' | 'legacy'

/** A plausible container host before any odd change. */
export interface BaseHost {
  /** What holds Docker’s rules. */
  rules: Backend | 'native' | 'none'
  /** FORWARD’s policy in Docker's rules. */
  forwardPolicy: 'DROP' | 'ACCEPT'
  masquerade: boolean
  /** The host has a proxy for published ports. */
  proxy: boolean
  /** How the kernel checks sources: net.ipv4.conf.{all,default}.rp_filter. */
  rpFilter: 0 | 1 | 2
  bridged: boolean
  ipv6: boolean
}

/** A whole host: generated from a seed; shrinking removes changes. */
export interface HostSpec {
  base: BaseHost
  changes: Change[]
  /** When the evidence is collected: before any packet, or after the first round of them. */
  collect: 'before' | 'after'
}

/** One real connection or datagram. */
export interface KernelFlow {
  from: NamespaceName
  protocol: 'tcp' | 'udp' | 'icmp'
  /** Empty where the kernel chooses the source. */
  source: string
  address: string
  port: number
  size: 'small' | 'full'
  /** The MTU of the sender’s link, for a packet that fills it. */
  mtu?: number
  kind: 'egress' | 'published' | 'peer' | 'isolation' | 'host-service' | 'forwarded'
  /** The container that the flow is about; '' for none. */
  container: string
}

/** The addresses of every host, and the ports with servers. */
export const addresses = {
  c1: '172.17.0.2',
  c2: '172.17.0.3',
  c3: '172.18.0.2',
  docker0: '172.17.0.1',
  brA: '172.18.0.1',
  host: '192.0.2.2',
  gateway: '192.0.2.1',
  outside: '203.0.113.10',
} as const
export const addresses6 = {
  c1: 'fd00:17::2',
  c2: 'fd00:17::3',
  c3: 'fd00:18::2',
  docker0: 'fd00:17::1',
  brA: 'fd00:18::1',
  host: '2001:db8:2::2',
  gateway: '2001:db8:2::1',
  outside: '2001:db8:f::10',
} as const
/** `service` on the host and outside, `web` in containers, `first` and `second` published for c1 and c3. */
export const ports = { service: 9000, web: 80, first: 8080, second: 8081 } as const
export const bridgeOf = { c1: 'docker0', c2: 'docker0', c3: 'br-a' } as const
export const portOf = { c1: 'v1', c2: 'v2', c3: 'v3' } as const
