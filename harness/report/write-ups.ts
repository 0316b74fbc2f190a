import { groupBy } from '../lib/group.ts'
import type { Claim, ClaimedConditions } from '../results/load-claims.ts'
import { conditionWords } from './sweep.ts'

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
  ...claims.map(({ claim, verdict, note = '', check, conditions }) => {
    const cells = [...new Set(check.map(({ cell }) => `\`${cell}\``))].join(', ')
    const found = [conditions && relationWords(conditions), note].filter(Boolean).join(' ')
    return `| ${[claim, `**${verdict}**`, found, cells].map(inCell).join(' | ')} |`
  }),
]

/** How the conditions of a claim were found to relate to what it is about. */
const relationWords = ({ of, changes, relation, scenario }: ClaimedConditions): string => {
  const words = Object.entries(of).map(([name, values]) => conditionWords(name, values))
  const together = words.length > 1 ? `${words.join(' and ')} are together` : `${words[0]} is`
  return `By a sweep of \`${scenario}\`, ${together} **${relation}** for \`${changes}\`.`
}

// A bar would end the table cell.
const inCell = (text: string): string => text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')
