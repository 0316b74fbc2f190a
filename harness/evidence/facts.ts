import type { Ruleset } from './iptables-save.ts'
import type { SectionState } from './section.ts'
import type { ConntrackFact } from './sections/conntrack-stats/read.ts'
import type { ContainerNamespace } from './sections/container-namespaces/read.ts'
import type { ContainerFact, StoppedContainer } from './sections/docker-containers/read.ts'
import type { DockerdProcess } from './sections/docker-install/read.ts'
import type { AllNetworkFact, NetworkFact } from './sections/docker-networks/read.ts'
import type { FdbEntry } from './sections/fdb/read.ts'
import type { FirewalldFact } from './sections/firewalld/read.ts'
import type { Ipset } from './sections/ipsets/read.ts'
import type { SelfTest } from './sections/iptables-self-test/read.ts'
import type { LinkFact } from './sections/links/read.ts'
import type { Listener } from './sections/listeners/read.ts'
import type { ModuleFact } from './sections/modules/read.ts'
import type { Neighbour } from './sections/neighbours/read.ts'
import type { ResolverFact } from './sections/resolver/read.ts'
import type { RouteFact } from './sections/routes/read.ts'
import type { PolicyRule } from './sections/routing-rules/read.ts'
import type { NftChain, NftObjects } from './sections/rules-native/read.ts'
import type { BootLine } from './sections/saved-rules/read.ts'
import type { TrafficControl } from './sections/traffic-control/read.ts'
import type { TreeFact } from './sections/trees/read.ts'
import type { UnitFact } from './sections/units/read.ts'

export type { Rule, Ruleset } from './iptables-save.ts'
export { readFacts } from './read-facts.ts'
export type { SectionState, SectionStatus } from './section.ts'
export type { AddressFact } from './sections/addresses/read.ts'
export type { PortFact } from './sections/docker-containers/read.ts'
export type { NftRule, NftSet } from './sections/rules-native/read.ts'
export type {
  AllNetworkFact,
  BootLine,
  ConntrackFact,
  ContainerFact,
  ContainerNamespace,
  DockerdProcess,
  FdbEntry,
  FirewalldFact,
  Ipset,
  LinkFact,
  Listener,
  ModuleFact,
  Neighbour,
  NetworkFact,
  NftChain,
  NftObjects,
  PolicyRule,
  ResolverFact,
  RouteFact,
  SelfTest,
  StoppedContainer,
  TrafficControl,
  TreeFact,
  UnitFact,
}

/** Typed facts of one host at one moment. Pure data: the only thing a detector sees. */
export interface Facts {
  /** Of what made the bundle. `current`: as this tool's own; `whole`: not cut short; `root`: it ran as root. */
  collector: { version: string; current: boolean; whole: boolean; root: boolean }
  /** The state of every section that this tool knows, by name; also of those that the bundle does not have. */
  sections: Record<string, SectionState>
  system: { kernel: string; bootId: string; os: string; container: string; uptimeS: number }
  modules: ModuleFact[]
  /** Installed kernels, oldest first, with those of the needed modules that their trees hold. */
  trees: TreeFact[]
  units: Record<string, UnitFact>
  docker: {
    /** Its version; empty while dockerd does not answer. */
    server: string
    answers: boolean
    /** The endpoint that the client uses; empty for the default one. */
    endpoint: string
    /** What the client says where nobody answers there; empty where somebody does. */
    endpointError: string
    /** The programs dockerd that are installed, and those that run. */
    binaries: string[]
    processes: DockerdProcess[]
    /** The running dockerd's arguments. */
    command: string[]
    /** The file that dockerd reads, and what it says. */
    configFile: string
    config: Record<string, unknown>
    journal: string[]
    /** Of the bridge driver. */
    networks: NetworkFact[]
    allNetworks: AllNetworkFact[]
    /** Those that run. */
    containers: ContainerFact[]
    stopped: StoppedContainer[]
  }
  iptables: {
    version: string
    binary: string
    selfTest: SelfTest[]
    /** Whether the rules could be listed at all; where not, their absence means nothing. */
    listed: boolean
  }
  /** iptables-save lines of both backends, without counters and comments. */
  rules: string[]
  ruleset: Ruleset
  /** The same, of each backend by itself. */
  xtables: { nft: Ruleset; legacy: Ruleset }
  /** IPv6. */
  xtables6: { nft: Ruleset; legacy: Ruleset }
  /** Packets by `BACKEND TABLE LINE`, as `nft filter -A FORWARD -j DROP`; IPv6 has `nft6` and `legacy6`. */
  xtCounters: ReadonlyMap<string, number>
  /** Tables that iptables-nft-save refuses to list; IPv6 ones as `ip6 TABLE`. */
  incompatible: string[]
  /** The chains of nftables, all families: `nft -j list ruleset`. */
  nft: NftChain[]
  nftObjects: NftObjects
  /** The text of nftables rules, by `family table handle`. */
  ruleTexts: ReadonlyMap<string, string>
  ipsets: Record<string, Ipset>
  /** Rules of the legacy backend for ARP and bridges: `arp -A INPUT …`, `bridge -t filter -A FORWARD …`. */
  layer2Rules: string[]
  trafficControl: TrafficControl[]
  /** What files have the host load at boot, a line each. */
  savedRules: BootLine[]
  /** What sets addresses, forwarding and the like at boot. */
  bootFiles: BootLine[]
  links: LinkFact[]
  /** The network namespaces of the running containers that have one of their own. */
  containers: ContainerNamespace[]
  /** IPv4 routes, of all tables. */
  routes: RouteFact[]
  routes6: RouteFact[]
  /** In the kernel's order. */
  policyRules: PolicyRule[]
  policyRules6: PolicyRule[]
  /** The device of the IPv4 default route; empty where there is none. */
  uplink: string
  neighbours: Neighbour[]
  fdb: FdbEntry[]
  /** Of the host's own network namespace. */
  listeners: Listener[]
  firewalld: FirewalldFact
  /** conntrack -L, a connection a line. */
  connections: string[]
  conntrack: ConntrackFact
  /** Counters by nstat's names, since boot. */
  dropCounters: Record<string, number>
  resolver: ResolverFact
  /** Lines of the kernel's log that speak of the network. */
  kernelLog: string[]
  /** By sysctl name: `net.ipv4.conf.docker0.rp_filter`. */
  sysctls: Record<string, string>
  /** A few of them, by path: `net/ipv4/ip_forward`; `absent` where the kernel has none. */
  settings: Record<string, string>
}
