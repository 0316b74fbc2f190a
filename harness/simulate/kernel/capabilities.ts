import { spawnSync } from 'node:child_process'
import { onPath } from '../../lib/programs.ts'

/** What this machine cannot do. */
export interface Missing {
  /** Why no host can be made; empty where hosts can be made. */
  hosts: string
  /** Features that the kernel or its tools lack, one sentence each. Hosts are made without them. */
  features: string[]
}

const trials: [name: string, command: string][] = [
  ['iptables-legacy', 'iptables-legacy -t filter -S'],
  ['iptables-nft', 'iptables-nft -t nat -A POSTROUTING -j MASQUERADE'],
  [
    'nft: netdev family',
    "nft 'add table netdev t; add chain netdev t c { type filter hook ingress device lo priority 0; }'",
  ],
  [
    'nft: inet ingress',
    "nft 'add table inet t; add chain inet t c { type filter hook ingress device lo priority 0; }'",
  ],
  ['nft: bridge family', "nft 'add table bridge t; add chain bridge t c { type filter hook forward priority 0; }'"],
  ['nft: arp family', "nft 'add table arp t; add chain arp t c { type filter hook input priority 0; }'"],
  [
    'nft: fib',
    "nft 'add table ip t; add chain ip t c { type filter hook prerouting priority 0; }; add rule ip t c fib daddr type local accept'",
  ],
  ['ipset', 'ipset create t hash:net'],
  ['br_netfilter', 'test -e /proc/sys/net/bridge/bridge-nf-call-iptables'],
]

/** Tries each feature that hosts use once, in a network namespace of its own. */
export function missing(): Missing {
  const hosts = hostsMissing()
  if (hosts !== '') return { hosts, features: [] }
  const script = trials.map(([, command], index) => `{ ${command}; } >/dev/null 2>&1 && echo ${index}`).join('\n')
  const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
  const works = new Set(stdout.split('\n').filter(Boolean).map(Number))
  return {
    hosts: '',
    features: trials.flatMap(([name], index) => (works.has(index) ? [] : [`${name} does not work here`])),
  }
}

function hostsMissing(): string {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const tools = ['perl', 'ip', 'bridge', 'nsenter', 'unshare', 'nft', 'iptables-nft-restore', 'iptables-legacy-restore']
  const absent = tools.filter((tool) => !onPath(tool))
  if (absent.length > 0) return `${absent.join(', ')} missing`
  return spawnSync('unshare', ['-n', 'true']).status === 0 ? '' : 'the kernel allows no new network namespace'
}
