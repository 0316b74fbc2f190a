import { readdirSync } from 'node:fs'
import { differences, type MachineState, readMachineState } from '../hosts/machine-state.ts'

/** The facts of a machine that no run may change, whoever else uses it. */
const own = ['hostname', 'nftables', 'iptables', 'ip6tables', 'sysctls', 'modules']
// Namespaces, links and folders of others come and go.
const shared = ['docker', 'interfaces', 'routes', 'namespaces', 'folders']

/** Reads the state of this machine, with its temporary folders. */
export const machineNow = async (): Promise<MachineState> => ({
  ...(await readMachineState()),
  folders: ['/tmp', '/var/tmp'].flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => name.startsWith('dockfault-'))
      .map((name) => `${dir}/${name}`),
  ),
})

/**
 * What has changed on a machine that should have stayed: a line for each fact. `alone`: nobody else uses it, so that new
 * links, namespaces and folders count too. Settings of links that came or went do not count, and neither do modules that
 * the kernel loads when a container needs them, because it keeps them.
 */
export function changesOf(before: MachineState, after: MachineState, alone: boolean): string[] {
  const steady = (before.interfaces ?? []).filter((link) => after.interfaces?.includes(link))
  const counted = alone ? [...own, ...shared] : own
  return differences(before, after).filter((line) => {
    const [kind = '', change = ''] = line.split(': ')
    if (!counted.includes(kind) || line.startsWith('modules: + ')) return false
    const link = /^[+-] net\.(?:ipv4|ipv6|mpls)\.(?:conf|neigh)\.(.+?)\.[^.]+ = /.exec(change)?.[1]
    return link === undefined || ['all', 'default', ...steady].includes(link)
  })
}
