import type { BootLine, Facts } from '../evidence/facts.ts'
import { currentBackend } from './intent.ts'

// ferm replaces all tables that its files name. Up to 2.5 it takes the tools of the legacy backend where they are
// installed; 2.7 takes `iptables`. Source: ferm 2.5.1 and 2.7, find_tool.

/** The lines of ferm's files, where ferm has run on this host. */
export const fermLines = ({ units, savedRules }: Facts): BootLine[] =>
  units['ferm.service']?.active === 'active' ? savedRules.filter(({ file }) => file.startsWith('/etc/ferm/')) : []

/** Whether ferm replaces the tables that Docker's rules are in: not where its own rules are in the other backend. */
export const sharesTables = (facts: Facts): boolean =>
  currentBackend(facts) === 'legacy' || facts.xtables.legacy.rules.length === 0

/** The file of ferm's that sets a chain's policy to DROP. */
export function fermPolicyFile(chain: string, facts: Facts): string | undefined {
  let chains: string[] = []
  for (const { file, line } of fermLines(facts)) {
    for (const [, several, one, policy] of line.matchAll(/\bchain\s+(?:\(([^)]*)\)|(\w+))|\bpolicy\s+(\w+)/g)) {
      if (policy === undefined) chains = (several ?? one ?? '').trim().split(/\s+/)
      else if (policy === 'DROP' && chains.includes(chain)) return file
    }
  }
  return undefined
}
