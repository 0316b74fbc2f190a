import type { Facts } from '../evidence/facts.ts'
import { parseIptablesSave } from '../evidence/iptables-save.ts'
import { ownerOf } from '../simulate/owner.ts'
import type { Hook, Hop } from './trace.ts'

/** The rules of the legacy backend, as iptables-save prints them behind their table, whose counters have grown. */
export function newlyCounted(before: readonly string[], after: readonly string[]): string[] {
  let table = ''
  return after.flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    return line.startsWith('[') && !before.includes(line) ? [`${table} ${line.replace(/^\[\d+:\d+\] /, '')}`] : []
  })
}

/** What of the legacy backend ended a packet that was last seen at a bracket of a hook; undefined where nothing can have. */
export function legacyKiller(hook: Hook, where: string, counted: readonly string[], facts: Facts): Hop | undefined {
  // What comes next after each bracket. Source: the brackets of trace.sh.
  const tables: Record<string, string[]> = {
    first: hook === 'prerouting' ? ['raw'] : ['mangle'],
    raw: ['mangle'],
    mangle: hook === 'forward' ? ['filter'] : ['nat'],
    filter: ['security'],
  }
  const chain = hook.toUpperCase()
  const ruleset = facts.xtables.legacy
  for (const table of hook === 'input' ? ['mangle', 'filter', 'security'] : (tables[where] ?? [])) {
    const base = ruleset.chains.find((each) => each.table === table && each.chain === chain)
    if (!base) continue
    const deadly = counted
      .filter((line) => line.startsWith(`${table} `))
      .flatMap((line) => parseIptablesSave([`*${table}`, line.slice(table.length + 1)]).rules)
      .find(({ target }) => target === 'DROP' || target === 'REJECT')
    if (!deadly && base.policy !== 'DROP') continue
    const at = {
      backend: 'legacy',
      table: `ip ${table}`,
      chain: deadly?.chain ?? chain,
      rule: deadly?.text ?? '',
    } as const
    const verdict = deadly?.target === 'REJECT' ? 'reject' : 'drop'
    return { hook, ...at, rule: at.rule || 'policy drop', verdict, owner: ownerOf(at, facts) }
  }
  return undefined
}
