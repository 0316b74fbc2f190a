import { compareVersions } from '../../lib/text.ts'
import { addressesAsJson } from './ip/addresses.ts'
import { linksAsJson } from './ip/links.ts'
import { neighboursAsJson } from './ip/neighbours.ts'
import { policyRulesAsJson } from './ip/policy-rules.ts'
import { routesAsJson, routesOfFamily } from './ip/routes.ts'
import { isLoaded } from './modules.ts'
import { Lacking, type SosReport } from './report.ts'
import type { SosSection } from './section.ts'

const addresses = ['ip_-d_address', 'ip_address', 'ip_-o_addr']
const links = ['ip_-s_-d_link', 'ip_-d_link']
const routes = ['ip_route_show_table_all']
const routes6 = ['ip_-6_route_show_table_all']
// Newer versions of sos add `list`.
const rules = ['ip_-4_rule_list', 'ip_-4_rule']
const rules6 = ['ip_-6_rule_list', 'ip_-6_rule']
const neighbours = ['ip_-s_-s_neigh_show']
const withoutArp = ['ip_neigh_show_nud_noarp']
const sockets = ['ss_-peaonmi']
const queues = ['tc_-s_qdisc_show']
const sysctls = ['sysctl_-a']

/** The sections about links, routes and settings. */
export const networkSections: readonly SosSection[] = [
  {
    name: 'ipsec',
    commands: ['lsmod', 'ip_xfrm_policy'],
    files: [/^proc\/modules$/],
    // The plugin libreswan prints policies over several lines.
    read: (report) =>
      isLoaded('xfrm_user', report)
        ? report
            .command('ip_xfrm_policy')
            .replaceAll(/\n(?=\s)/g, '\\')
            .replaceAll('\t', ' ')
        : '',
  },
  {
    name: 'bpf-links',
    commands: ['uname_-a'],
    read: (report) => {
      const [, kernel = ''] = report.command('uname_-a').match(/^\S+ \S+ (\d+\.\d+)/) ?? []
      // Netfilter takes such programs since 6.4.
      if (kernel === '' || compareVersions(kernel, '6.4') >= 0) throw new Lacking('no sos report holds it')
      return ''
    },
  },
  {
    name: 'ip-vs',
    commands: ['lsmod'],
    files: [/^proc\/modules$/],
    read: (report) => {
      if (isLoaded('ip_vs', report)) throw report.missing('/proc/net/ip_vs')
      return ''
    },
  },
  { name: 'addresses', commands: addresses, read: (report) => addressesAsJson(report.command(...addresses)) },
  { name: 'links', commands: links, read: (report) => linksAsJson(report.command(...links)) },
  {
    name: 'routes',
    commands: [...routes, ...routes6],
    read: (report) => routesAsJson(routesOfFamily(report.command(...routes), 4, report.commandIfAny(...routes6))),
  },
  {
    name: 'routes6',
    commands: routes6,
    read: (report) => ofIpv6(report, () => routesAsJson(report.command(...routes6))),
  },
  { name: 'routing-rules', commands: rules, read: (report) => policyRulesAsJson(report.command(...rules)) },
  {
    name: 'routing-rules6',
    commands: rules6,
    read: (report) => ofIpv6(report, () => policyRulesAsJson(report.command(...rules6))),
  },
  {
    name: 'neighbours',
    commands: [...neighbours, ...withoutArp],
    read: (report) => neighboursAsJson(`${report.command(...neighbours)}\n${report.commandIfAny(...withoutArp) ?? ''}`),
  },
  {
    name: 'listeners',
    commands: sockets,
    read: (report) =>
      report
        .command(...sockets)
        .split('\n')
        .filter((line) => /^(tcp +LISTEN|udp +UNCONN) /.test(line))
        .join('\n'),
  },
  { name: 'traffic-control', commands: queues, read: (report) => plainQueues(report.command(...queues)) },
  { name: 'sysctls', commands: sysctls, read: (report) => settings(report) },
  {
    name: 'conntrack-stats',
    files: [/^proc\/(\d+\/)?net\/stat\/nf_conntrack$/],
    read: (report) => {
      const of = (name: string): string =>
        settings(report).match(new RegExp(`/nf_conntrack_${name}:(\\d+)$`, 'm'))?.[1] ?? ''
      if (of('max') === '') throw new Lacking('the kernel has not loaded nf_conntrack', true)
      return `count ${of('count')}\nmax ${of('max')}\n${report.fileIfAny('proc/net/stat/nf_conntrack') ?? ''}`
    },
  },
  {
    name: 'drop-counters',
    files: [/^proc\/(\d+\/)?net\/(snmp|netstat|snmp6|dev)$/],
    read: (report) => {
      const [snmp, netstat, snmp6 = '', dev = ''] = [
        report.file('proc/net/snmp'),
        report.file('proc/net/netstat'),
        report.fileIfAny('proc/net/snmp6'),
        report.fileIfAny('proc/net/dev'),
      ]
      const devices = dev
        .split('\n')
        .slice(2)
        .map((line) => line.replace(/^ */, 'dev '))
      return [snmp, netstat, snmp6, ...devices].join('\n')
    },
  },
  {
    name: 'packet-queues',
    files: [/^proc\/(\d+\/)?net\/netfilter\/nfnetlink_queue$/],
    read: (report) => report.file('proc/net/netfilter/nfnetlink_queue'),
  },
  {
    name: 'xtables-lock',
    commands: ['lslocks'],
    read: (report) => {
      // Every call of iptables holds it for a moment. A path that lslocks cannot read ends in dots.
      if (/ WRITE .* (\/var)?\/run(\/xtables\.lock|\.\.\.)$/m.test(report.command('lslocks')))
        throw new Lacking('no sos report shows for how long a lock is held')
      return ''
    },
  },
  {
    name: 'neighbour-tables',
    files: [/^proc\/(\d+\/)?net\/stat\/(arp|ndisc)_cache$/],
    read: (report) => `${entriesOf('arp', report.file('proc/net/stat/arp_cache'))}
${entriesOf('ndisc', report.fileIfAny('proc/net/stat/ndisc_cache') ?? '')}`,
  },
  {
    name: 'resolver',
    files: [/^etc\/resolv\.conf$/, /^run\/systemd\/resolve\/(stub-)?resolv\.conf$/],
    read: (report) => {
      const target = report.linkAt('etc/resolv.conf')
      const text = report.file('etc/resolv.conf')
      const upstream = report.fileIfAny('run/systemd/resolve/resolv.conf')
      if (target?.includes('stub-resolv.conf') && upstream === undefined)
        throw report.missing('/run/systemd/resolve/resolv.conf')
      return [
        ...(target === undefined ? [] : [`link ${target}`]),
        ...marked('host', text),
        ...marked('upstream', upstream ?? ''),
      ].join('\n')
    },
  },
]

const marked = (mark: string, text: string): string[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${mark} ${line}`)

/** A listing of IPv6 on a host that has IPv6. */
function ofIpv6(report: SosReport, read: () => string): string {
  if (!/^\/proc\/sys\/net\/ipv6\//m.test(settings(report))) throw new Lacking('the kernel has no IPv6', true)
  return read()
}

/** Lines like `/proc/sys/net/ipv4/ip_forward:1`. sysctl exchanges dots and slashes: `conf.eth0/100.forwarding`. */
function settings(report: SosReport): string {
  // It exits with an error where a single setting cannot be read.
  const text = report.commandIfAny(...sysctls)
  if (text === undefined) throw report.missing(sysctls[0]!)
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value] = line.match(/^(net\.\S+) = ?(.*)$/) ?? []
    const path = name?.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'))
    return path === undefined ? [] : [`/proc/sys/${path}:${value}`]
  })
  if (!lines.some((line) => line.startsWith('/proc/sys/net/ipv4/ip_forward:')))
    throw new Lacking('it does not hold net.ipv4.ip_forward')
  return lines.join('\n')
}

const plain = ['noqueue', 'pfifo_fast', 'fq_codel', 'fq', 'mq', 'pfifo', 'noop']

/** The queues of links. Filters hang at other kinds, and sos does not list all of them. */
function plainQueues(text: string): string {
  const lines = text.split('\n').filter((line) => line.startsWith('qdisc '))
  const others = lines.flatMap((line) => {
    const [, kind, link] = line.match(/^qdisc (\S+) \S+ dev (\S+)/) ?? []
    return kind && !plain.includes(kind) ? [`${kind} on ${link}`] : []
  })
  if (others.length > 0) throw new Lacking(`the filters of ${others.slice(0, 3).join(', ')} are not in the report`)
  return lines.join('\n')
}

/** The number of a neighbour table's entries: the first, hexadecimal, of the file's second line. */
function entriesOf(table: string, text: string): string {
  const [, entries] = text.match(/^.*\n([0-9a-f]+) /) ?? []
  return entries === undefined ? '' : `${table} ${Number.parseInt(entries, 16)}`
}
