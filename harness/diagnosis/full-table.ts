import type { Facts } from '../evidence/facts.ts'
import { fullTable } from '../simulate/conntrack-table.ts'
import { groupOf, type Trouble } from './symptom.ts'

/** The kernel's tables that are full, so that nothing new gets through. */
export const fullTableTrouble = (facts: Facts): Trouble[] => [...connectionsTrouble(facts), ...neighboursTrouble(facts)]

function connectionsTrouble(facts: Facts): Trouble[] {
  const full = fullTable(facts)
  if (!full) return []
  return [
    {
      symptom: { kind: 'connections' },
      group: {
        state: 'dead',
        kind: 'egress',
        what: 'new connections of every container, and of the host',
        flows: [],
        message: `the kernel’s table of connections is full: ${full.count} of ${full.max}`,
        behind: [],
        next: ['sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max', 'dmesg | grep conntrack'],
      },
    },
  ]
}

const tables = { arp: ['IPv4', 'net.ipv4'], ndisc: ['IPv6', 'net.ipv6'] } as const

/**
 * A table of neighbours that is full. The kernel may still forget an old entry for a new one. Source:
 * linux/net/core/neighbour.c, neigh_alloc.
 */
function neighboursTrouble({ neighbourTables, sysctls }: Facts): Trouble[] {
  return (['arp', 'ndisc'] as const).flatMap((table): Trouble[] => {
    const [family, path] = tables[table]
    const limit = `${path}.neigh.default.gc_thresh3`
    const entries = neighbourTables[table]
    const most = Number(sysctls[limit] ?? Number.NaN)
    if (entries === undefined || !(entries >= most)) return []
    const message = `the kernel’s table of neighbours for ${family} is full: ${entries} of ${most} (${limit}). Whether a new neighbour gets a place is not known`
    const next = ['dmesg | grep -i neighbo', `ip -s neigh | wc -l; sysctl ${limit}`]
    const what = 'packets to neighbours that the host has not talked to'
    return [{ group: groupOf('egress', what, { state: 'unclear', message, next }) }]
  })
}
