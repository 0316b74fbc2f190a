import type { SosReport } from './report.ts'

/** The units of which a diagnosis reads the state. */
export const unitNames = [
  'docker.service',
  'docker.socket',
  'containerd.service',
  'iptables.service',
  'netfilter-persistent.service',
  'nftables.service',
  'firewalld.service',
  'ufw.service',
  'ferm.service',
  'shorewall.service',
  'firehol.service',
  'systemd-networkd.service',
  'NetworkManager.service',
  'systemd-resolved.service',
] as const

const shown = ['systemctl_show_service_--all']
const listed = ['systemctl_list-units_--all', 'systemctl_list-units']
const files = ['systemctl_list-unit-files']
export const unitCommands = [...shown, ...listed, ...files]

type Properties = Record<string, string>

/**
 * The properties of these units. `systemctl show` of sos has the services that systemd has loaded; of others the lists
 * show whether they are there. Throws Lacking where neither is in the report.
 */
export function unitsOf(report: SosReport): Map<string, Properties> {
  const blocks = report
    .command(...shown)
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(block.split('\n').map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)])),
    )
  const byName = new Map<string, Properties>()
  for (const block of blocks)
    for (const name of [block.Id, ...(block.Names ?? '').split(' ')]) if (name) byName.set(name, block)
  const units = report.command(...listed)
  const installed = report.command(...files)
  return new Map(unitNames.map((name) => [name, byName.get(name) ?? fromLists(name, units, installed)] as const))
}

function fromLists(name: string, units: string, installed: string): Properties {
  const of = (text: string): string[] | undefined => {
    const line = text.split('\n').find((each) => each.replace(/^[●*\s]+/, '').startsWith(`${name} `))
    return line?.replace(/^[●*\s]+/, '').split(/\s+/)
  }
  const [, load, active, sub] = of(units) ?? []
  const state = { Id: name, Result: 'success' }
  if (load) return { ...state, LoadState: load, ActiveState: active ?? '', SubState: sub ?? '' }
  const [, enabled] = of(installed) ?? []
  const there = enabled === undefined ? 'not-found' : enabled.startsWith('masked') ? 'masked' : 'loaded'
  return { ...state, LoadState: there, ActiveState: 'inactive', SubState: 'dead' }
}

/** Whether a unit is enabled. Throws Lacking where the report does not show it. */
export const startsAtBoot = (report: SosReport, name: string): boolean =>
  report
    .command(...files)
    .split('\n')
    .some(
      (line) => line.startsWith(`${name} `) && /^\s+(enabled|static|indirect|generated)/.test(line.slice(name.length)),
    )

const kept = ['Id', 'LoadState', 'ActiveState', 'SubState', 'Result', 'ActiveEnterTimestampMonotonic']

/** Their text as `systemctl show -p` prints it. */
export const unitsText = (report: SosReport): string =>
  [...unitsOf(report)]
    .map(([name, properties]) =>
      kept
        .flatMap((key) =>
          key === 'Id' ? [`Id=${name}`] : properties[key] === undefined ? [] : [`${key}=${properties[key]}`],
        )
        .join('\n'),
    )
    .join('\n\n')
