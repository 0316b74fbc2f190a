import { Lacking, type SosReport } from './report.ts'
import type { SosSection } from './section.ts'
import { startsAtBoot, unitCommands, unitsOf, unitsText } from './units.ts'

const zones = ['firewall-cmd_--list-all-zones']

// The files that the collector reads, in its order. sos has /usr/lib/sysctl.d by its other name.
const settings = [
  /^etc\/sysctl\.conf$/,
  /^etc\/sysctl\.d\/[^/]+\.conf$/,
  /^run\/sysctl\.d\/[^/]+\.conf$/,
  /^usr\/local\/lib\/sysctl\.d\/[^/]+\.conf$/,
  /^(usr\/)?lib\/sysctl\.d\/[^/]+\.conf$/,
]
const configuration = [
  /^(etc|run)\/systemd\/(networkd\.conf|network\/[^/]+\.(network|netdev))$/,
  /^etc\/systemd\/network\/[^/]+\.d\/[^/]+\.conf$/,
  /^etc\/NetworkManager\/(NetworkManager\.conf|conf\.d\/[^/]+\.conf)$/,
  /^etc\/netplan\/[^/]+\.yaml$/,
  /^etc\/network\/interfaces(\.d\/[^/]+)?$/,
  /^etc\/default\/(ufw|docker)$/,
  /^etc\/ufw\/(ufw\.conf|sysctl\.conf|after\.rules)$/,
  /^etc\/firewalld\/firewalld\.conf$/,
  /^etc\/systemd\/system\/docker\.service(\.d\/[^/]+\.conf)?$/,
  /^etc\/sysconfig\/(docker|docker-network)$/,
]
const saved = ['etc/iptables/rules.v4', 'etc/sysconfig/iptables', 'etc/nftables.conf', 'etc/sysconfig/nftables.conf']

/** The sections about the host itself. */
export const hostSections: readonly SosSection[] = [
  {
    name: 'system',
    commands: ['uname_-a', 'hostnamectl_status', 'hostnamectl'],
    files: [/^proc\/sys\/kernel\/random\/boot_id$/, /^(etc|usr\/lib|lib)\/os-release$/],
    read: (report) => {
      const kernel = report.command('uname_-a').split(' ')[2] ?? ''
      const os = report.fileIfAny('etc/os-release')?.match(/^PRETTY_NAME="?(.*?)"?$/m)?.[1] ?? ''
      const about = report.commandIfAny('hostnamectl_status', 'hostnamectl') ?? ''
      const inside = /Chassis: container/.test(about) ? about.match(/Virtualization: (\S+)/)?.[1] : undefined
      const boot = report.fileIfAny('proc/sys/kernel/random/boot_id')?.trim() ?? ''
      // sos runs as root only.
      return [`kernel ${kernel}`, `boot-id ${boot}`, `os ${os}`, `container ${inside ?? 'none'}`, 'root yes'].join('\n')
    },
  },
  { name: 'units', commands: unitCommands, read: unitsText },
  {
    name: 'firewalld',
    commands: zones,
    files: [/^etc\/firewalld\/firewalld\.conf$/],
    read: (report) => {
      const active = unitsOf(report).get('firewalld.service')?.ActiveState
      if (active === 'inactive') throw new Lacking('firewalld does not run', true)
      const [, zone] = report.file('etc/firewalld/firewalld.conf').match(/^DefaultZone=(\S+)/m) ?? []
      if (!zone) throw report.missing('DefaultZone')
      return [`default-zone ${zone}`, ...activeZones(report.command(...zones))].join('\n')
    },
  },
  {
    name: 'saved-rules',
    files: saved.map((path) => new RegExp(`^${path.replaceAll('.', '\\.')}$`)),
    read: (report) => {
      if (!report.ran('firewall_tables') && !report.ran('networking')) throw report.missing('/etc/nftables.conf')
      // sos copies no rules of netfilter-persistent, and others only by another plugin.
      const files = saved.slice(0, 2).map((path) => report.fileIfAny(path))
      if (startsAtBoot(report, 'iptables.service') && files.every((text) => text === undefined))
        throw report.missing(`/${saved[1]}`)
      if (startsAtBoot(report, 'netfilter-persistent.service') && report.fileIfAny(saved[0]!) === undefined)
        throw report.missing(`/${saved[0]}`)
      return lines(report, saved, /^\s*(?!#)\S/)
    },
  },
  {
    name: 'boot-files',
    files: [...settings, ...configuration],
    read: (report) => {
      if (!report.ran('kernel')) throw report.missing('/etc/sysctl.d')
      const of = (patterns: readonly RegExp[]): string[] => patterns.flatMap((pattern) => report.paths(pattern))
      return [lines(report, of(settings), /^\s*-?net[./]/), lines(report, of(configuration), /^\s*[^#;\s]/)].join('\n')
    },
  },
]

/** Lines `FILE TEXT` of files that are there. */
const lines = (report: SosReport, paths: readonly string[], wanted: RegExp): string =>
  paths
    .flatMap((path) => {
      const text = report.fileIfAny(path) ?? ''
      const name = `/${path.replace(/^lib\//, 'usr/lib/')}`
      return text
        .split('\n')
        .filter((line) => wanted.test(line))
        .map((line) => `${name} ${line}`)
    })
    .join('\n')

/** The active zones and their interfaces, as `firewall-cmd --get-active-zones` prints them. */
function activeZones(text: string): string[] {
  const found: string[] = []
  let zone = ''
  for (const line of text.split('\n')) {
    const [, name, state] = line.match(/^(\S+)(?: \((.*)\))?$/) ?? []
    if (name) zone = state?.includes('active') ? name : ''
    const [, interfaces] = line.match(/^ {2}interfaces: (.+)$/) ?? []
    if (zone && interfaces) found.push(zone, `  interfaces: ${interfaces.trim()}`)
  }
  return found
}
