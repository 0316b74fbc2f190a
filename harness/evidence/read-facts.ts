import { readBundle } from './bundle.ts'
import { collectorVersion } from './collector-version.ts'
import type { Facts, RouteFact } from './facts.ts'
import { readDocker } from './read-docker.ts'
import { readRules } from './read-rules.ts'
import { lines, SectionReader } from './section-reader.ts'
import { readAddresses } from './sections/addresses/read.ts'
import { readBpfLinks } from './sections/bpf-links/read.ts'
import { readCgroupFilters } from './sections/cgroup-filters/read.ts'
import { readConntrackStats } from './sections/conntrack-stats/read.ts'
import { readContainerNamespaces } from './sections/container-namespaces/read.ts'
import { readDropCounters } from './sections/drop-counters/read.ts'
import { readFdb } from './sections/fdb/read.ts'
import { readFirewallScripts } from './sections/firewall-scripts/read.ts'
import { readFirewalld } from './sections/firewalld/read.ts'
import { readHaltedProcesses } from './sections/halted-processes/read.ts'
import { readIpvs } from './sections/ip-vs/read.ts'
import { readIpsec } from './sections/ipsec/read.ts'
import { readSelfTests } from './sections/iptables-self-test/read.ts'
import { readJoinedNamespaces } from './sections/joined-namespaces/read.ts'
import { readLinks } from './sections/links/read.ts'
import { readListeners } from './sections/listeners/read.ts'
import { readModules } from './sections/modules/read.ts'
import { readNeighbourTables } from './sections/neighbour-tables/read.ts'
import { readNeighbours } from './sections/neighbours/read.ts'
import { readPacketQueues } from './sections/packet-queues/read.ts'
import { readResolver } from './sections/resolver/read.ts'
import { readRoutes } from './sections/routes/read.ts'
import { readPolicyRules } from './sections/routing-rules/read.ts'
import { readBootLines } from './sections/saved-rules/read.ts'
import { readSysctls } from './sections/sysctls/read.ts'
import { readPairs } from './sections/system/read.ts'
import { readTrafficControl } from './sections/traffic-control/read.ts'
import { readTrees } from './sections/trees/read.ts'
import { readUnits } from './sections/units/read.ts'
import { readLockHolders } from './sections/xtables-lock/read.ts'
import { settingsOf, sysctlsOf } from './settings.ts'

/** Reads the facts of a bundle. Throws LabError `usage` where the text is no bundle, or more than one. */
export function readFacts(bundle: string): Facts {
  const read = readBundle(bundle)
  const sections = new SectionReader(read)
  const system = sections.take('system', (s) => readPairs(lines(s)), {})
  const docker = readDocker(sections)
  const facts = {
    system: {
      kernel: system.kernel ?? '',
      bootId: system['boot-id'] ?? '',
      os: system.os ?? '',
      container: system.container ?? 'none',
      uptimeS: Number(system.uptime ?? 0),
      ...(system.now !== undefined && { nowS: Number(system.now) }),
    },
    ...readHost(sections),
    ...readNetwork(sections, docker),
    ...readRules(sections),
    docker,
  }
  const listed = ['rules-nft', 'rules-legacy'].every((name) => sections.states()[name]?.status === 'ok')
  const current = read.version === collectorVersion()
  return {
    ...facts,
    iptables: { ...facts.iptables, listed },
    collector: { version: read.version, current, whole: read.whole, root: system.root === 'yes' },
    sections: sections.states(),
  }
}

function readHost(sections: SectionReader) {
  const kernels = sections.take('kernels', lines, [])
  const [version = '', binary = ''] = sections.take('iptables-tool', lines, [])
  return {
    modules: sections.take('modules', (s) => readModules(lines(s)), []),
    trees: sections.take('trees', (s) => readTrees(kernels, lines(s)), []),
    units: sections.take('units', (s) => readUnits(s.text), {}),
    iptables: {
      version,
      binary,
      selfTest: sections.take('iptables-self-test', (s) => readSelfTests(lines(s)), []),
    },
    savedRules: sections.take('saved-rules', (s) => readBootLines(lines(s)), []),
    firewallScripts: sections.take('firewall-scripts', (s) => readFirewallScripts(lines(s)), []),
    bootFiles: sections.take('boot-files', (s) => readBootLines(lines(s)), []),
    firewalld: sections.take('firewalld', (s) => readFirewalld(lines(s)), { defaultZone: '', zones: {} }),
    kernelLog: sections.take('kernel-log', lines, []),
  }
}

function readNetwork(sections: SectionReader, docker: Facts['docker']) {
  const addresses = sections.take('addresses', (s) => readAddresses(s.text), new Map())
  const routes = sections.take('routes', (s) => readRoutes(s.text), [])
  const policyRules = sections.take('routing-rules', (s) => readPolicyRules(s.text), [])
  const containers = sections.take('container-namespaces', (s) => readContainerNamespaces(s.text), [])
  const sysctls = sections.take('sysctls', (s) => readSysctls(s.text), {})
  // The first version of the collector read only four settings.
  const settings = sections.older('settings', (s) => readPairs(lines(s))) ?? settingsOf(sysctls)
  return {
    links: sections.take('links', (s) => readLinks(s.text, addresses), []),
    containers,
    routes,
    routes6: sections.take('routes6', (s) => readRoutes(s.text), []),
    policyRules,
    policyRules6: sections.take('routing-rules6', (s) => readPolicyRules(s.text), []),
    uplink: uplinkOf(routes, docker),
    neighbours: sections.take('neighbours', (s) => readNeighbours(s.text), []),
    fdb: sections.take('fdb', (s) => readFdb(s.text), []),
    listeners: sections.take('listeners', (s) => readListeners(s.text), []),
    ipsec: sections.take('ipsec', (s) => readIpsec(lines(s)), []),
    ...packetQueuesOf(sections),
    lockHolders: sections.take('xtables-lock', (s) => readLockHolders(lines(s)), []),
    neighbourTables: sections.take('neighbour-tables', (s) => readNeighbourTables(lines(s)), {}),
    joined: sections.take('joined-namespaces', (s) => readJoinedNamespaces(lines(s)), []),
    netfilterPrograms: sections.take('bpf-links', (s) => readBpfLinks(lines(s)), []),
    ipvs: sections.take('ip-vs', (s) => readIpvs(lines(s)), []),
    halted: sections.take('halted-processes', (s) => readHaltedProcesses(lines(s)), []),
    cgroupFilters: sections.take('cgroup-filters', (s) => readCgroupFilters(lines(s)), []),
    trafficControl: sections.take('traffic-control', (s) => readTrafficControl(s.text), []),
    connections: sections.take('connections', lines, []),
    conntrack: sections.take('conntrack-stats', (s) => readConntrackStats(s.text), { drops: {} }),
    dropCounters: sections.take('drop-counters', (s) => readDropCounters(s.text), {}),
    resolver: sections.take('resolver', (s) => readResolver(s.text), {
      file: '/etc/resolv.conf',
      linkTarget: '',
      nameservers: [],
      search: [],
      options: [],
      upstream: [],
    }),
    sysctls: Object.keys(sysctls).length > 0 ? sysctls : sysctlsOf(settings),
    settings,
  }
}

function packetQueuesOf(sections: SectionReader): Pick<Facts, 'packetQueues'> {
  const packetQueues = sections.take('packet-queues', (s) => readPacketQueues(lines(s)), undefined)
  return packetQueues ? { packetQueues } : {}
}

/**
 * The device of the default route, if possible not a bridge of Docker's, because nothing from outside arrives there.
 */
function uplinkOf(routes: readonly RouteFact[], { networks }: Facts['docker']): string {
  const all = routes.filter(({ dst, table }) => dst === 'default' && table === 'main')
  const own = all.filter(({ dev }) => !networks.some(({ bridge }) => bridge !== '' && bridge === dev))
  return (own[0] ?? all[0])?.dev ?? ''
}
