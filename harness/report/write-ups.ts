import { groupBy } from '../lib/group.ts'
import type { Claim } from '../results/load-claims.ts'

// The subject of each write-up, by number.
const subjects: Readonly<Record<string, string>> = {
  '000': 'a kernel upgraded without a reboot',
  '001': 'a restart of iptables.service',
  '002': 'Docker’s bridge outside its firewalld zone',
  '003': 'iptables 1.8.11, which ignores interfaces in `-C` and `-D`',
  '004': '`"ip-masq": false`',
}

/** Markdown: for each write-up a table of its claims, each with the measured verdict and a note on what is true. */
export function claimTables(claims: readonly Claim[]): string {
  const byWriteUp = groupBy(
    claims.toSorted((a, b) => a.source.localeCompare(b.source)),
    ({ source }) => source,
  )
  return byWriteUp.map((own) => [`## ${heading(own[0]!.source)}`, '', ...table(own)].join('\n')).join('\n\n')
}

const heading = (source: string): string => `${source}: ${subjects[source] ?? 'no title'}`

const table = (claims: readonly Claim[]): string[] => [
  '| claim | runs found it | note | shown by |',
  '| --- | --- | --- | --- |',
  ...claims.map(({ claim, verdict, note = '', check }) => {
    const cells = [...new Set(check.map(({ cell }) => `\`${cell}\``))].join(', ')
    return `| ${[claim, `**${verdict}**`, note, cells].map(inCell).join(' | ')} |`
  }),
]

// A bar would end the table cell.
const inCell = (text: string): string => text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')
