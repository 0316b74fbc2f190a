import type { Ruleset } from './iptables-save.ts'
import type { SectionState } from './section.ts'
import type { NetfilterProgram } from './sections/bpf-links/read.ts'
import type { CgroupFilter } from './sections/cgroup-filters/read.ts'
import type { ConntrackFact } from './sections/conntrack-stats/read.ts'
import type { ContainerNamespace } from './sections/container-namespaces/read.ts'
import type { ContainerFact, StoppedContainer } from './sections/docker-containers/read.ts'
import type { DockerdProcess } from './sections/docker-install/read.ts'
import type { AllNetworkFact, NetworkFact } from './sections/docker-networks/read.ts'
import type { FdbEntry } from './sections/fdb/read.ts'
import type { FirewallScript } from './sections/firewall-scripts/read.ts'
import type { FirewalldFact } from './sections/firewalld/read.ts'
import type { HaltedProcess } from './sections/halted-processes/read.ts'
import type { IpvsService } from './sections/ip-vs/read.ts'
import type { IpsecPolicy } from './sections/ipsec/read.ts'
import type { Ipset } from './sections/ipsets/read.ts'
import type { SelfTest } from './sections/iptables-self-test/read.ts'
import type { JoinedContainer } from './sections/joined-namespaces/read.ts'
import type { LinkFact } from './sections/links/read.ts'
import type { Listener } from './sections/listeners/read.ts'
import type { ModuleFact } from './sections/modules/read.ts'
import type { NeighbourTables } from './sections/neighbour-tables/read.ts'
import type { Neighbour } from './sections/neighbours/read.ts'
import type { ResolverFact } from './sections/resolver/read.ts'
import type { RouteFact } from './sections/routes/read.ts'
import type { PolicyRule } from './sections/routing-rules/read.ts'
import type { NftChain, NftObjects } from './sections/rules-native/read.ts'
import type { BootLine } from './sections/saved-rules/read.ts'
import type { TrafficControl } from './sections/traffic-control/read.ts'
import type { TreeFact } from './sections/trees/read.ts'
import type { UnitFact } from './sections/units/read.ts'
import type { LockHolder } from './sections/xtables-lock/read.ts'

export type { Rule, Ruleset } from './iptables-save.ts'
export { readFacts } from './read-facts.ts'
export type { SectionState, SectionStatus } from './section.ts'
export type { AddressFact } from './sections/addresses/read.ts'
export type { PortFact } from './sections/docker-containers/read.ts'
export type { JoinedContainer } from './sections/joined-namespaces/read.ts'
export type { NftRule, NftSet } from './sections/rules-native/read.ts'
export type {
  AllNetworkFact,
  BootLine,
  CgroupFilter,
  ConntrackFact,
  ContainerFact,
  ContainerNamespace,
  DockerdProcess,
  FdbEntry,
  FirewalldFact,
  FirewallScript,
  HaltedProcess,
  IpsecPolicy,
  Ipset,
  IpvsService,
  LinkFact,
  Listener,
  LockHolder,
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

/** Typed facts of one host at one moment. They are plain data, and all that a detector sees. */
export interface Facts {
  /**
   * The collector of the bundle. `current`: its version is this tool's; `whole`: it finished; `root`: it ran as root.
   */
  collector: { version: string; current: boolean; whole: boolean; root: boolean }
  /** The state of every section that this tool knows, by name, even where the bundle lacks it. */
  sections: Record<string, SectionState>
  /** `nowS`: when the evidence was collected, in seconds since 1970; undefined where that is not known. */
  system: { kernel: string; bootId: string; os: string; container: string; uptimeS: number; nowS?: number }
  modules: ModuleFact[]
  /** Installed kernels, oldest first. Each has those of the needed modules that its tree contains. */
  trees: TreeFact[]
  units: Record<string, UnitFact>
  docker: {
    /** The version of dockerd; empty while it does not answer. */
    server: string
    answers: boolean
    /** The endpoint that the client uses; empty for the default one. */
    endpoint: string
    /** The client's error where nothing answers there; empty where something does. */
    endpointError: string
    /** The installed programs named dockerd, and the running ones. */
    binaries: string[]
    processes: DockerdProcess[]
    /** The PIDs of containerd; undefined in bundles that lack them. */
    containerd?: number[]
    /** The names of the programs found that dockerd and containerd start; undefined where nobody searched. */
    programs?: string[]
    /** The arguments of the running dockerd. */
    command: string[]
    /** The file that dockerd reads, and its settings. */
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
    /** Whether the rules could be listed. If not, a missing rule means nothing. */
    listed: boolean
  }
  /** iptables-save lines of both backends, without counters and comments. */
  rules: string[]
  ruleset: Ruleset
  /** The rules of each backend. */
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
  /** Processes that exist and do not run. */
  halted: HaltedProcess[]
  /** The kernel's IPsec policies, in its order. */
  ipsec: IpsecPolicy[]
  /** The queues of NFQUEUE that a program reads; undefined where that is not known. */
  packetQueues?: readonly number[]
  /** Processes that hold the lock of iptables-legacy. */
  lockHolders: LockHolder[]
  /** How full the kernel's tables of neighbours are. */
  neighbourTables: NeighbourTables
  /** The services of the kernel's load balancer. */
  ipvs: IpvsService[]
  /** Containers that are to be in another's network namespace. */
  joined: JoinedContainer[]
  /** BPF programs on netfilter's hooks, in any network namespace. */
  netfilterPrograms: NetfilterProgram[]
  /** Filters of control groups that systemd has set. */
  cgroupFilters: CgroupFilter[]
  /** The rules that the host loads from files at boot, one line each. */
  savedRules: BootLine[]
  /** The lines of scripts that flush or replace whole tables. */
  firewallScripts: FirewallScript[]
  /** The lines of files that set addresses, forwarding and the like at boot. */
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
  /**
   * The device of the IPv4 default route; of several, the first that is no bridge of Docker's; empty where there is
   * none.
   */
  uplink: string
  neighbours: Neighbour[]
  fdb: FdbEntry[]
  /** Of the host's own network namespace. */
  listeners: Listener[]
  firewalld: FirewalldFact
  /** The lines of conntrack -L, one for each connection. */
  connections: string[]
  conntrack: ConntrackFact
  /** Counters by nstat's names, since boot. */
  dropCounters: Record<string, number>
  resolver: ResolverFact
  /** The lines of the kernel's log that are about the network. */
  kernelLog: string[]
  /** By sysctl name: `net.ipv4.conf.docker0.rp_filter`. */
  sysctls: Record<string, string>
  /** A few of them, by path: `net/ipv4/ip_forward`; `absent` where the kernel has none. */
  settings: Record<string, string>
  /** The doubts of the simulation, by key, that real packets have settled: what they suspect is so. */
  settled?: readonly string[]
}
