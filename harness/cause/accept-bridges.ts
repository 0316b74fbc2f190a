import type { Facts } from '../evidence/facts.ts'
import type { RuleStep } from '../simulate/rules/index.ts'

/** Docker's bridges by name. Future ones, which dockerd calls br-…, are `br-*`, unless another bridge is called so. */
export function bridgeNames({ docker, links }: Facts): string[] {
  const bridges = docker.networks.map(({ bridge }) => bridge).filter(Boolean)
  const isWild = links.every(({ name, kind }) => kind !== 'bridge' || !/^br-/.test(name) || bridges.includes(name))
  const names = bridges.map((name) => (isWild && /^br-/.test(name) ? 'br-*' : name))
  return [...new Set(names)].sort()
}

/** A rule of nft that accepts packets, ahead of the others of a base chain. */
interface AcceptRule {
  /** With its family: `inet firewall`. */
  table: string
  chain: string
  match: string
}

/** The rules that let the packets of Docker's bridges through the base chain of a rule. */
export const acceptBridges = ({ table, base, hook }: RuleStep, facts: Facts): AcceptRule[] =>
  bridgeNames(facts).flatMap((name) =>
    // What comes in to the host itself does not leave by a device.
    (hook === 'input' ? ['iifname'] : ['iifname', 'oifname']).map((way) => ({
      table,
      chain: base,
      match: `${way} "${name}" accept`,
    })),
  )

const lineOf = ({ table, chain, match }: AcceptRule): string => `insert rule ${table} ${chain} ${match}`

/** Adds such rules, those that are not there. */
export const addRules = (rules: readonly AcceptRule[]): string[] =>
  rules.map((rule) => `nft list chain ${rule.table} ${rule.chain} | grep -qF '${rule.match}' || nft '${lineOf(rule)}'`)

/** Adds such rules to a file that nftables.service loads. */
export const saveRules = (rules: readonly AcceptRule[], file: string): string[] =>
  rules.map(lineOf).map((line) => `grep -qxF '${line}' ${file} || echo '${line}' >>${file}`)
