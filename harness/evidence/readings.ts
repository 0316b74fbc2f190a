import type { Facts, Ruleset } from './facts.ts'
import type { SectionState } from './section.ts'

/** What a host answers to small questions, by `SECTION: QUESTION`, as `sysctls: net.ipv4.ip_forward`. */
export interface Readings {
  answers: ReadonlyMap<string, string>
  sections: Facts['sections']
}

/** The answer where a section was read and does not have what the question is about. */
export const notThere = 'not there'
const there = 'there'

type Answers = Iterable<readonly [question: string, answer: string]>

// Volatile sections are left out: connections, neighbours, fdb. So are containers, which differ from host to host.
const parts: Readonly<Record<string, (facts: Facts) => Answers>> = {
  sysctls: ({ sysctls }) => Object.entries(sysctls).filter(([name]) => !/veth|conntrack_count|port_range/.test(name)),
  units: ({ units }) => Object.entries(units).map(([unit, { active, sub }]) => [unit, `${active} (${sub})`]),
  'docker-config': ({ docker }) => Object.entries(docker.config).map(([key, value]) => [key, JSON.stringify(value)]),
  'docker-install': ({ docker }) => [
    ...presence(docker.command.slice(1).map((word) => `dockerd has ${word}`)),
    ...docker.processes.map(({ state }) => ['state of the process dockerd', state] as const),
  ],
  'docker-server': ({ docker }) => [['dockerd answers', docker.answers ? 'yes' : 'no']],
  'docker-networks': ({ docker }) =>
    docker.networks.flatMap(({ name, subnet, options }) => [
      [`subnet of ${name}`, subnet],
      ...Object.entries(options).map(([key, value]) => [`${key} of ${name}`, value] as const),
    ]),
  'iptables-self-test': ({ iptables }) =>
    iptables.selfTest.map(({ question, seen, sound }) => [question, seen === sound ? 'sound' : 'unsound']),
  modules: ({ modules }) => modules.map(({ name, state }) => [name, state]),
  'rules-nft': ({ xtables }) => rulesOf(xtables.nft),
  'rules-legacy': ({ xtables }) => rulesOf(xtables.legacy),
  'rules6-nft': ({ xtables6 }) => rulesOf(xtables6.nft),
  'rules6-legacy': ({ xtables6 }) => rulesOf(xtables6.legacy),
  'rules-native': ({ nft }) =>
    nft.flatMap(({ family, table, name, hook, policy }) =>
      hook ? [[`policy of ${family} ${table} ${name}`, policy ?? 'accept'] as const] : [],
    ),
  'rules-text': ({ ruleTexts }) =>
    presence(
      [...ruleTexts].map(([key, text]) => `${key.replace(/ \d+$/, '')}: ${text.replace(/ counter.*?bytes \d+/, '')}`),
    ),
  ipsets: ({ ipsets }) => presence(Object.keys(ipsets)),
  ipsec: ({ ipsec }) => presence(ipsec.map(({ text }) => text)),
  'joined-namespaces': ({ joined }) => presence(joined.map(({ apart }) => (apart ? 'apart' : 'same'))),
  'bpf-links': ({ netfilterPrograms }) =>
    presence(netfilterPrograms.map(({ family, hook, priority }) => `IPv${family}, hook ${hook}, priority ${priority}`)),
  'ip-vs': ({ ipvs }) => presence(ipvs.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`)),
  'halted-processes': ({ halted }) => presence(halted.map(({ name, by }) => `${name} by ${by}`)),
  'cgroup-filters': ({ cgroupFilters }) =>
    presence(cgroupFilters.map(({ unit, key, value }) => `${unit} ${key}: ${value}`)),
  'layer2-rules': ({ layer2Rules }) => presence(layer2Rules),
  'saved-rules': ({ savedRules }) => presence(savedRules.map(({ file, line }) => `${file}: ${line}`)),
  'firewall-scripts': ({ firewallScripts }) => presence(firewallScripts.map(({ file, line }) => `${file}: ${line}`)),
  'boot-files': ({ bootFiles }) => presence(bootFiles.map(({ file, line }) => `${file}: ${line}`)),
  firewalld: ({ firewalld }) => [
    ['default zone', firewalld.defaultZone],
    ...Object.entries(firewalld.zones).map(([zone, devices]) => [`zone ${zone}`, compact(devices)] as const),
  ],
  resolver: ({ resolver }) => Object.entries(resolver).map(([key, value]) => [key, compact(value)]),
  links: ({ links }) =>
    links.flatMap(({ name, up, mtu, kind, xdp, ips }) => [
      [`${name} up`, up ? 'yes' : 'no'],
      [`mtu of ${name}`, String(mtu)],
      [`kind of ${name}`, kind],
      [`xdp on ${name}`, xdp ? 'yes' : 'no'],
      ...presence(ips.filter(({ family }) => family === 4).map((ip) => `${ip.address}/${ip.prefix} on ${name}`)),
    ]),
  routes: ({ routes }) =>
    presence(
      routes
        .filter(({ table }) => table !== 'local')
        .map(({ type, dst, table, dev, gateway }) =>
          [type, dst, gateway && `via ${gateway}`, dev && `dev ${dev}`, `table ${table}`].filter(Boolean).join(' '),
        ),
    ),
  'routing-rules': ({ policyRules }) => presence(policyRules.map(compact)),
  'routing-rules6': ({ policyRules6 }) => presence(policyRules6.map(compact)),
  listeners: ({ listeners }) =>
    presence(
      listeners
        .filter(({ port }) => port < 32_768)
        .map(({ protocol, address, port, program }) => `${program} on ${protocol} ${address}:${port}`),
    ),
  // How many packets is chance; whether there were any is not.
  'conntrack-stats': ({ conntrack }) => Object.entries(conntrack.drops).map(([name, times]) => [name, some(times)]),
  'drop-counters': ({ dropCounters }) =>
    Object.entries(dropCounters).flatMap(([name, times]) => (isDrop.test(name) ? [[name, some(times)] as const] : [])),
}

const isDrop = /Drop|Discard|NoRoutes|Filter|Errors|TooBig|FragFails|Martian/

/**
 * The answers of a host to every small question that its evidence can answer. What has another name or address each time,
 * such as a container's link, is left out or renamed.
 */
export function readingsOf(facts: Facts): Readings {
  const rename = renamed(facts)
  const answers = Object.entries(parts).flatMap(([section, read]) =>
    [...read(facts)]
      // Files of the lab's own are on no other host.
      .filter(([question]) => !/\bveth|dockfault/.test(question))
      .map(([question, answer]) => [`${section}: ${rename(question)}`, rename(answer)] as const),
  )
  return { answers: new Map(answers), sections: facts.sections }
}

/** The answer to a question; undefined where its section could not be read. */
export function answerTo(question: string, { answers, sections }: Readings): string | undefined {
  return sections[sectionOf(question)]?.status === 'ok' ? (answers.get(question) ?? notThere) : undefined
}

/** The section that answers a question. */
export const sectionOf = (question: string): string => question.slice(0, question.indexOf(': '))

/** How long a host took for the section of a question, in ms; 0 where the bundle does not have it. */
export const costOf = (question: string, { sections }: Readings): number =>
  (sections[sectionOf(question)] as SectionState | undefined)?.ms ?? 0

const presence = (lines: readonly string[]): [string, string][] => lines.map((line) => [line, there])
const some = (times: number): string => (times > 0 ? 'some' : 'none')
const compact = (value: unknown): string => JSON.stringify(value).replace(/"/g, '')

const rulesOf = ({ chains, rules }: Ruleset): [string, string][] => [
  ...chains
    .filter(({ policy }) => policy !== '-')
    .map(({ table, chain, policy }): [string, string] => [`policy of ${table} ${chain}`, policy]),
  ...presence(rules.map(({ table, text }) => `${table} ${text}`)),
]

// A bridge has its network's id in its name, and a link its own address: both differ each time.
function renamed({ docker }: Facts): (text: string) => string {
  const names = docker.networks.map(({ id, name }) => [`br-${id.slice(0, 12)}`, `br-${name}`] as const)
  return (text) => {
    const named = names.reduce((all, [bridge, name]) => all.replaceAll(bridge, name), text)
    return named.replace(/\bbr-[0-9a-f]{12}\b/g, 'br-…').replace(/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '…')
  }
}
