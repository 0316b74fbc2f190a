import type { Facts } from '../evidence/facts.ts'
import { fullTable } from '../simulate/conntrack-table.ts'
import type { Trouble } from './symptom.ts'

/** That no new connection gets through, because the kernel's table of connections is full. */
export function fullTableTrouble(facts: Facts): Trouble[] {
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
