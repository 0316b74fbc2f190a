import type { FakeHost } from './hosts/fake.ts'

const needed = [
  'nf_tables',
  'nft_compat',
  'nft_chain_nat',
  'nf_nat',
  'xt_MASQUERADE',
  'xt_conntrack',
  'xt_addrtype',
  'iptable_nat',
]
const [old, recent] = ['6.1.0-47-cloud-amd64', '6.1.0-56-cloud-amd64']

/** A section of a bundle, as the collector frames it. */
export const section = (name: string, lines: string[]): string =>
  `--- begin ${name}\n${lines.map((line) => ` ${line}\n`).join('')}--- end ${name} 0\n`

/** The collector's output on a host of the fake stale-kernel world: `healthy`, `latent` or `broken`. */
export function bundleOf({ state, boots, bootId }: FakeHost): string {
  const stale = state !== 'healthy'
  const module = (name: string): string => {
    if (name === 'iptable_nat')
      return `${name} ${stale ? `missing modprobe: FATAL: Module ${name} not found` : 'loadable'}`
    return state === 'broken' ? `${name} missing modprobe: FATAL: Module ${name} not found` : `${name} loaded`
  }
  const running = boots > 1 ? recent : old
  const trees = stale ? [recent] : [...new Set([running, recent])].filter((kernel) => boots > 1 || kernel === old)
  return `dockfault-evidence 1\n${[
    section('system', [`kernel ${running}`, `boot-id ${bootId}`, 'os Debian', 'container none', 'uptime 1']),
    section('kernels', trees),
    section('modules', needed.map(module)),
    section(
      'trees',
      trees.flatMap((kernel) => needed.map((name) => `${kernel} ${name}`)),
    ),
    section('units', [
      'Id=docker.service',
      'LoadState=loaded',
      `ActiveState=${state === 'broken' ? 'failed' : 'active'}`,
    ]),
    section('iptables-tool', ['iptables v1.8.9 (nf_tables)', '/usr/sbin/xtables-nft-multi']),
  ].join('')}`
}
