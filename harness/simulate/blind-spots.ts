import type { Facts } from '../evidence/facts.ts'
import { capital } from '../lib/text.ts'
import { cgroupDoubts } from './cgroup-filters.ts'
import { fullTable } from './conntrack-table.ts'
import type { Doubt } from './rules/index.ts'

// Without these no packet's path can be computed.
const needed: Record<string, string> = {
  links: 'the host’s links',
  addresses: 'the host’s addresses',
  routes: 'the routes',
  'routing-rules': 'the routing rules',
  sysctls: 'the kernel’s settings',
  'rules-nft': 'the rules of iptables-nft',
  'rules-legacy': 'the rules of iptables-legacy',
  'rules-native': 'the rules of nftables',
}

/** What the evidence lacks, or the simulation does not know, of every packet. */
export function blindSpots(facts: Facts): Doubt[] {
  const { sections } = facts
  const missing = Object.entries(needed).flatMap(([name, what]): Doubt[] => {
    const state = sections[name]
    // A tool that is not installed has made no rules; other tools list the kernel's.
    if (state?.status === 'ok' || (state?.status === 'absent' && name.startsWith('rules-'))) return []
    const why = state?.why || 'the bundle does not hold them'
    return [
      {
        message: `${capital(what)} are not known: ${why}.`,
        kind: 'listing',
        key: name,
        holds: true,
      },
    ]
  })
  const known = [...missing, ...cgroupDoubts(facts), ...programDoubts(facts)]
  const full = fullTable(facts)
  if (!full) return known
  const message = `The kernel’s table of connections is full (${full.count} of ${full.max}): whether it takes a new one cannot be known.`
  return [...known, { message, kind: 'listing', key: 'conntrack', holds: true, settle: 'dmesg | grep conntrack' }]
}

const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting']

/** BPF programs on netfilter's hooks. Each is in one network namespace, and the kernel does not show in which. */
function programDoubts({ netfilterPrograms }: Facts): Doubt[] {
  return netfilterPrograms.map(({ family, hook, priority }) => ({
    message: `A BPF program is on netfilter’s hook ${hooks[hook] ?? hook} for IPv${family} (priority ${priority}), here or in another network namespace: what it does to packets is not simulated.`,
    kind: 'bpf',
    key: `netfilter program ${family} ${hook} ${priority}`,
    holds: true,
    settle: 'bpftool link list; bpftool net list',
  }))
}
