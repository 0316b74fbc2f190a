import type { TextChain, TextRuleset } from './ruleset.ts'
import { savedWords } from './saved-words.ts'

// The base chains of iptables' tables. Source: iptables/iptables/nft.c, xtables_ipv4.
const tables: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  raw: { PREROUTING: -300, OUTPUT: -300 },
  mangle: { PREROUTING: -150, INPUT: -150, FORWARD: -150, OUTPUT: -150, POSTROUTING: -150 },
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 },
  filter: { INPUT: 0, FORWARD: 0, OUTPUT: 0 },
  security: { INPUT: 50, FORWARD: 50, OUTPUT: 50 },
}

/**
 * The tables of one family that iptables-nft makes, as its `-save -c` prints them. A table with parts that iptables cannot
 * express is named as incompatible, as it does; the lines are then only what is known of its rules.
 */
export function asSavedTables({ chains, objects }: TextRuleset, family: 'ip' | 'ip6'): string {
  return Object.keys(tables)
    .flatMap((table) => {
      const own = chains.filter((chain) => chain.family === family && chain.table === table)
      if (own.length === 0) return []
      const foreign = objects.some((each) =>
        Object.values(each).some((value) => {
          const home = value as { family: string; table: string }
          return home.family === family && home.table === table
        }),
      )
      const { lines, isWhole } = linesOf(own, table, family)
      const note = isWhole && !foreign ? [] : [`# Table \`${table}' is incompatible, use 'nft' tool.`]
      return [...note, ...(lines.length > 0 ? [`*${table}`, ...lines, 'COMMIT'] : [])]
    })
    .join('\n')
}

/** No lines where somebody else made the table's base chains. */
function linesOf(
  chains: readonly TextChain[],
  table: string,
  family: 'ip' | 'ip6',
): { lines: string[]; isWhole: boolean } {
  const isStandard = ({ name, base }: TextChain): boolean =>
    base ? tables[table]![name] === base.prio && base.hook === name.toLowerCase() : true
  if (!chains.every(isStandard)) return { lines: [], isWhole: false }
  const rules = chains.flatMap(({ name, rules }) =>
    rules.map(({ expr, comment }) => ({ name, ...savedWords(expr, comment, family) })),
  )
  // iptables prints every base chain of a table, whether the kernel has it or not.
  const missing = Object.keys(tables[table]!).filter((name) => !chains.some((chain) => chain.name === name))
  return {
    isWhole: rules.every(({ isWhole }) => isWhole),
    lines: [
      ...missing.map((name) => `:${name} ACCEPT [0:0]`),
      ...chains.map(({ name, base }) => `:${name} ${base ? base.policy.toUpperCase() : '-'} [0:0]`),
      ...rules.map(({ name, text, counters }) => `${counters}-A ${name} ${text}`),
    ],
  }
}
