import { parseIptablesSave, type Ruleset, ruleLines } from '../../iptables-save.ts'

/** One listing of iptables-save or ip6tables-save. */
export interface SavedTables {
  /** Its lines without counters and comments. */
  lines: string[]
  ruleset: Ruleset
  /** Packets by `TABLE LINE`, the line without counters. Equal lines are summed. */
  counters: Map<string, number>
  /** Tables that it refused to list because they contain what only nft can list. */
  incompatible: string[]
}

/** Reads a listing of iptables-save -c. Throws where a table does not end. */
export function readSavedTables(text: string, complaints = ''): SavedTables {
  const raw = ruleLines(text).filter((line) => line !== '' && !line.startsWith('#'))
  const counters = new Map<string, number>()
  let table = ''
  for (const line of raw) {
    if (line.startsWith('*')) {
      if (table) throw new TypeError(`table ${table} does not end`)
      table = line.slice(1).trim()
    } else if (line.trim() === 'COMMIT') table = ''
    const [, packets] = line.match(/\[(\d+):\d+\]/) ?? []
    const key = `${table} ${withoutCounters(line)}`
    if (packets) counters.set(key, (counters.get(key) ?? 0) + Number(packets))
  }
  if (table) throw new TypeError(`table ${table} does not end`)
  const refused = `${text}\n${complaints}`.matchAll(/^# Table [`']?([\w-]+)'? is incompatible/gm)
  return {
    lines: raw.map(withoutCounters),
    ruleset: parseIptablesSave(raw),
    counters,
    incompatible: [...refused].map(([, name]) => name!),
  }
}

// Counters stand at the start of a rule and at the end of a chain. In the middle they are part of a comment.
const withoutCounters = (line: string): string =>
  line
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/^(:.*?) ?\[\d+:\d+\]$/, '$1')
    .trim()
