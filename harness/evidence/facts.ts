import { compareVersions } from '../lib/text.ts'
import { parseBundle, type Section } from './bundle.ts'
import { all, type ContainerFact, type NetworkFact, readContainers, readNetworks } from './docker.ts'
import { type FirewalldFact, readFirewalld } from './firewalld.ts'
import { parseIptablesSave, type Ruleset } from './iptables-save.ts'
import { type ContainerLinkFact, type LinkFact, readContainerLinks, readLinks } from './links.ts'
import { type NftChain, readNft, readRuleTexts } from './nft.ts'
import { hasRoutingPolicy, type RouteFact, readRoutes } from './routes.ts'

/** What the running kernel would do for one module; `detail` is modprobe's own words. */
export interface ModuleFact {
  name: string
  state: 'loaded' | 'builtin' | 'loadable' | 'missing'
  detail: string
}

export interface UnitFact {
  load: string
  active: string
  sub: string
  result: string
  /** Microseconds since boot when it last became active; 0 for never. */
  activeSinceUs: number
}

/** One question of the self-test of `iptables -C` and `-D`, with the exit code seen and that of a sound build. */
export interface SelfTest {
  question: string
  seen: number
  sound: number
}

/** Typed facts of one host at one moment. Pure data: the only thing a detector sees. */
export interface Facts {
  system: { kernel: string; bootId: string; os: string; container: string; uptimeS: number }
  modules: ModuleFact[]
  /** Installed kernels, oldest first, with those of the needed modules that their trees hold. */
  trees: { kernel: string; modules: string[] }[]
  units: Record<string, UnitFact>
  docker: {
    /** Empty while dockerd does not answer. */
    server: string
    /** The running dockerd's arguments. */
    command: string[]
    /** daemon.json. */
    config: Record<string, unknown>
    journal: string[]
    networks: NetworkFact[]
    containers: ContainerFact[]
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
  /** The chains of nftables, all families: `nft -j list ruleset`. */
  nft: NftChain[]
  /** The text of nftables rules, by `family table handle`. */
  ruleTexts: ReadonlyMap<string, string>
  /** What files have the host load at boot, a line each. */
  savedRules: { file: string; line: string }[]
  links: LinkFact[]
  containerLinks: ContainerLinkFact[]
  /** Containers with a default route of their own. */
  routed: string[]
  routes: RouteFact[]
  /** Routing policy goes beyond the main table, so that routes alone do not tell the way. */
  routingPolicy: boolean
  /** The device of the IPv4 default route; empty where there is none. */
  uplink: string
  firewalld: FirewalldFact
  /** conntrack -L, a connection a line. */
  connections: string[]
  settings: Record<string, string>
}

/** From a collector's bundle to facts. Throws LabError `usage` where the text is no bundle. */
export function readFacts(bundle: string): Facts {
  const sections = parseBundle(bundle)
  const text = (name: string): string => sections.get(name)?.text ?? ''
  const lines = (name: string): string[] => linesOf(sections.get(name))
  const rulesOf = (name: string): string[] =>
    lines(name)
      .filter((line) => !line.startsWith('#'))
      .map(withoutCounters)
  const rules = [...rulesOf('rules-nft'), ...rulesOf('rules-legacy')]
  const routes = readRoutes(text('routes'))
  const system = pairs(lines('system'))
  const [version = '', binary = ''] = lines('iptables-tool')
  return {
    system: {
      kernel: system.kernel ?? '',
      bootId: system['boot-id'] ?? '',
      os: system.os ?? '',
      container: system.container ?? 'none',
      uptimeS: Number(system.uptime ?? 0),
    },
    modules: lines('modules').map(readModule),
    trees: readTrees(lines('kernels'), lines('trees')),
    units: readUnits(text('units')),
    docker: {
      server: sections.get('docker-server')?.code === 0 ? (lines('docker-server')[0] ?? '') : '',
      command: lines('docker-command'),
      config: (all(text('docker-config'))[0] ?? {}) as Record<string, unknown>,
      journal: lines('docker-journal'),
      networks: readNetworks(text('docker-networks')),
      containers: readContainers(lines('docker-containers')),
    },
    iptables: {
      version,
      binary,
      selfTest: lines('iptables-self-test').flatMap(readSelfTest),
      listed: ['rules-nft', 'rules-legacy'].every((name) => sections.get(name)?.code === 0),
    },
    rules,
    ruleset: parseIptablesSave(rules),
    xtables: {
      nft: parseIptablesSave(rulesOf('rules-nft')),
      legacy: parseIptablesSave(rulesOf('rules-legacy')),
    },
    nft: readNft(text('rules-native')),
    ruleTexts: readRuleTexts(lines('rules-text')),
    savedRules: lines('saved-rules').map((line) => {
      const [file = ''] = line.split(' ')
      return { file, line: line.slice(file.length + 1).trim() }
    }),
    links: readLinks(text('links'), text('addresses')),
    containerLinks: readContainerLinks(lines('container-links')),
    routed: lines('container-links').flatMap((line) => line.match(/^\/(\S+) route default /)?.[1] ?? []),
    routes,
    routingPolicy: hasRoutingPolicy(text('routing-rules')),
    uplink: routes.find(({ dst, table }) => dst === 'default' && table === 'main')?.dev ?? '',
    firewalld: readFirewalld(lines('firewalld')),
    connections: lines('connections'),
    settings: pairs(lines('settings')),
  }
}

const linesOf = (section: Section | undefined): string[] =>
  section?.text.split('\n').filter((line) => line !== '') ?? []

const pairs = (lines: string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => {
      const space = line.indexOf(' ')
      return [line.slice(0, space), line.slice(space + 1)]
    }),
  )

function readModule(line: string): ModuleFact {
  const [name = '', state = '', ...rest] = line.split(' ')
  return { name, state: state as ModuleFact['state'], detail: rest.join(' ') }
}

function readTrees(installed: string[], held: string[]): Facts['trees'] {
  return installed.toSorted(compareVersions).map((kernel) => ({
    kernel,
    modules: held.filter((line) => line.startsWith(`${kernel} `)).map((line) => line.slice(kernel.length + 1)),
  }))
}

function readUnits(text: string): Record<string, UnitFact> {
  const units: Record<string, UnitFact> = {}
  for (const block of text.split('\n\n')) {
    const value = Object.fromEntries(block.split('\n').map((line) => line.split('=', 2) as [string, string]))
    if (value.Id)
      units[value.Id] = {
        load: value.LoadState ?? '',
        active: value.ActiveState ?? '',
        sub: value.SubState ?? '',
        result: value.Result ?? '',
        activeSinceUs: Number(value.ActiveEnterTimestampMonotonic ?? 0),
      }
  }
  return units
}

function readSelfTest(line: string): SelfTest[] {
  const [, question, seen, sound] = line.match(/^([a-z-]+) (\d+) (\d+)$/) ?? []
  return question ? [{ question, seen: Number(seen), sound: Number(sound) }] : []
}

const withoutCounters = (line: string): string => line.replace(/ ?\[\d+:\d+\] ?/, ' ').trim()
